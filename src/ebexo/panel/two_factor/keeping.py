"""Somebody's second step: switching it on and off, and asking whether a code is right."""

from datetime import datetime

from django.db import transaction

from ebexo.audit.actions import Action
from ebexo.audit.recording import record
from ebexo.panel.access import home_of
from ebexo.panel.models import RecoveryCode, TwoFactor, User
from ebexo.panel.two_factor.codes import digest_of, new_recovery_codes, step_of, tidy
from ebexo.secrets import decrypt, encrypt


def has_two_factor(user: User) -> bool:
    return TwoFactor.objects.filter(user=user).exists()


def switch_on(user: User, secret: str, code: str, *, now: datetime) -> list[str] | None:
    """From now on a code is asked for. The recovery codes, which can't be shown again; None: the code is wrong."""
    step = step_of(secret, tidy(code), now=now)
    if step is None:
        return None
    with transaction.atomic():
        kept = {"secret_encrypted": encrypt(secret), "since": now, "last_step": step}
        TwoFactor.objects.update_or_create(user=user, defaults=kept)
        record(Action.TWO_FACTOR_ON, store_id=home_of(user), subject=user.email)
        return _recovery_codes(user)


def switch_off(user: User) -> None:
    """The password is enough again; the person said so themselves."""
    with transaction.atomic():
        _drop(user)
        record(Action.TWO_FACTOR_OFF, store_id=home_of(user), subject=user.email)


def reset(user: User) -> bool:
    """The password is enough again; an operator said so. False: it was before."""
    with transaction.atomic():
        if not _drop(user):
            return False
        record(Action.TWO_FACTOR_RESET, store_id=home_of(user), subject=user.email)
    return True


def renew_recovery_codes(user: User) -> list[str]:
    """New recovery codes, which can't be shown again; the former ones no longer work."""
    with transaction.atomic():
        record(Action.RECOVERY_CODES_MADE, store_id=home_of(user), subject=user.email)
        return _recovery_codes(user)


def is_right(user: User, typed: str, *, now: datetime) -> bool:
    """Is this a code of the person's app, or one of their recovery codes? Whichever it is, it works this once."""
    kept, code = TwoFactor.objects.filter(user=user).first(), tidy(typed)
    if kept is None or not code:
        return False
    step = step_of(decrypt(kept.secret_encrypted), code, now=now)
    if step is not None:
        return bool(TwoFactor.objects.filter(pk=kept.pk, last_step__lt=step).update(last_step=step))
    used, _rows = RecoveryCode.objects.filter(user=user, digest=digest_of(code, user_id=user.pk)).delete()
    return bool(used)


def _recovery_codes(user: User) -> list[str]:
    codes = new_recovery_codes()
    RecoveryCode.objects.filter(user=user).delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, digest=digest_of(code, user_id=user.pk)) for code in codes
    )
    return codes


def _drop(user: User) -> bool:
    RecoveryCode.objects.filter(user=user).delete()
    return bool(TwoFactor.objects.filter(user=user).delete()[0])
