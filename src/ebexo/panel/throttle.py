"""Slowing down whoever tries passwords: a few wrong ones from one address for one e-mail, then a pause."""

from datetime import datetime, timedelta

from django.db import transaction

from ebexo.panel.models import LoginAttempt
from ebexo.secrets import keyed_hash

ATTEMPTS = 5
WITHIN = timedelta(minutes=15)


def attempt_key(*, address: str, email: str) -> str:
    """What attempts are counted by. A keyed hash: nobody's e-mail is kept for having mistyped a password."""
    return keyed_hash("login-attempt", f"{address}|{email.strip().lower()}")


def second_step_key(user_id: int) -> str:
    """What attempts at somebody's second step are counted by, wherever they come from."""
    return keyed_hash("second-step-attempt", str(user_id))


def may_attempt(key: str, *, now: datetime, attempts: int = ATTEMPTS) -> bool:
    """Note one more attempt. False where so many failed lately, and then nothing is noted.

    It is noted before the password is looked at, so attempts made at the same time are counted, too.
    """
    with transaction.atomic():
        LoginAttempt.objects.filter(attempted_at__lt=now - WITHIN).delete()
        if LoginAttempt.objects.filter(key=key).count() >= attempts:
            return False
        LoginAttempt.objects.create(key=key, attempted_at=now)
    return True


def forget_attempts(key: str) -> None:
    """The password was right."""
    LoginAttempt.objects.filter(key=key).delete()
