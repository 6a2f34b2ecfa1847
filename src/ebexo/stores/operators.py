"""Operator keys: with one of them a platform opens and removes stores. None of them opens a store's own door."""

from contextlib import suppress
from datetime import datetime, timedelta

from django.db import OperationalError, transaction
from django.db.models import Q

from ebexo.audit.actions import Action
from ebexo.audit.recording import record
from ebexo.stores.models import OperatorKey
from ebexo.stores.tokens import digest, hint, new_operator_key

NOTED_EVERY = timedelta(minutes=1)


def add_operator_key() -> tuple[OperatorKey, str]:
    """One more operator key. Only its hash is kept: the key itself can't be shown again."""
    key = new_operator_key()
    with transaction.atomic():
        row = OperatorKey.objects.create(digest=digest(key), hint=hint(key))
        record(Action.OPERATOR_KEY_ADDED, subject=row.hint)
    return row, key


def operator_of_key(key: str, *, now: datetime) -> OperatorKey | None:
    """The row of this operator key, unless it was revoked. Its use is noted, once a minute at most."""
    found = OperatorKey.objects.filter(digest=digest(key), revoked_at=None).first()
    if found and (found.last_used_at is None or now - found.last_used_at >= NOTED_EVERY):
        _note_use(found, now)
    return found


def revoke_operator_key(number: int, *, now: datetime) -> bool:
    """Let this key open nothing from now on. False: there is none, or it was revoked before."""
    with transaction.atomic():
        key = OperatorKey.objects.filter(pk=number).first()
        if key is None or not OperatorKey.objects.filter(pk=number, revoked_at=None).update(revoked_at=now):
            return False
        record(Action.OPERATOR_KEY_REVOKED, subject=key.hint)
    return True


def _note_use(key: OperatorKey, now: datetime) -> None:
    """No call fails because this could not be written."""
    stale = Q(last_used_at=None) | Q(last_used_at__lte=now - NOTED_EVERY)
    with suppress(OperationalError):
        OperatorKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)
