"""The life of a store's keys: API keys, and the secret that calls and identities are signed with.

An API key is shown once and kept as a hash. What replaces a key or the secret leaves the old one working for a while,
so that the shop can be changed over without a gap.
"""

from contextlib import suppress
from datetime import datetime, timedelta

from django.db import OperationalError, transaction
from django.db.models import Q, QuerySet

from ebexo.audit.actions import Action
from ebexo.audit.recording import CHANGED, record
from ebexo.secrets import decrypt, encrypt
from ebexo.statements import Rows
from ebexo.stores.models import ApiKey, Store
from ebexo.stores.tokens import digest, hint, new_api_key, new_signing_secret

OVERLAP = timedelta(hours=24)
"""How long a replaced key or secret still works, unless something else is asked for."""
NOTED_EVERY = timedelta(minutes=1)
_OPENED_BY = Rows(ApiKey, "digest = {}", follow="store")


def store_of_key(key: str, *, now: datetime) -> Store | None:
    """The store that this API key opens. A key that was revoked or has ended opens nothing."""
    found = _OPENED_BY.first(digest(key))
    if found is None or found.revoked_at is not None or (found.ends_at and found.ends_at <= now):
        return None
    if found.last_used_at is None or now - found.last_used_at >= NOTED_EVERY:
        _note_use(found, now)
    return found.store


def working_keys(store: Store, *, now: datetime) -> QuerySet[ApiKey]:
    """The API keys that open this store, newest first."""
    return _working(now).filter(store=store).order_by("-pk")


def add_key(store: Store) -> str:
    """One more API key for this store, beside those it has. It can't be shown again."""
    with transaction.atomic():
        key = new_key(store)
        record(Action.API_KEY_ADDED, store_id=store.pk, subject=hint(key))
    return key


def new_key(store: Store) -> str:
    """The same as a part of something else, which is what the audit log tells of."""
    key = new_api_key()
    ApiKey.objects.create(store=store, digest=digest(key), hint=hint(key))
    return key


def rotate_key(store: Store, *, now: datetime, overlap: timedelta = OVERLAP) -> str:
    """A new API key. All others end after `overlap`; one that ends earlier by itself still does."""
    with transaction.atomic():
        working_keys(store, now=now).filter(Q(ends_at=None) | Q(ends_at__gt=now + overlap)).update(
            ends_at=now + overlap
        )
        key = new_key(store)
        after = {"former_works_until": now + overlap}
        record(Action.API_KEYS_ROTATED, store_id=store.pk, subject=hint(key), after=after)
    return key


def revoke_key(store: Store, number: int, *, now: datetime) -> bool:
    """Let this API key of the store open nothing from now on. False: there is none, or it was revoked before."""
    with transaction.atomic():
        key = ApiKey.objects.filter(store=store, pk=number).first()
        if key is None or not ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now):
            return False
        record(Action.API_KEY_REVOKED, store_id=store.pk, subject=key.hint)
    return True


def signing_secrets(store: Store, *, now: datetime) -> list[str]:
    """What a signature of this store may be made with, newest first. Raises BadEnvironment."""
    secrets = [store.signing_secret]
    if store.former_signing_secret_ends_at and now < store.former_signing_secret_ends_at:
        secrets.append(decrypt(store.former_signing_secret_encrypted))
    return secrets


def rotate_signing_secret(store: Store, *, now: datetime, overlap: timedelta = OVERLAP) -> str:
    """A new signing secret. The one it replaces holds for `overlap` longer, any one before that no longer at all."""
    secret = new_signing_secret()
    with transaction.atomic():
        fresh = Store.objects.select_for_update().get(pk=store.pk)
        store.former_signing_secret_encrypted = fresh.signing_secret_encrypted
        store.former_signing_secret_ends_at = now + overlap
        store.signing_secret_encrypted = encrypt(secret)
        store.save(
            update_fields=[
                "signing_secret_encrypted",
                "former_signing_secret_encrypted",
                "former_signing_secret_ends_at",
            ]
        )
        after = {"signing_secret": CHANGED, "former_works_until": now + overlap}
        record(Action.SIGNING_SECRET_ROTATED, store_id=store.pk, after=after)
    return secret


def _working(now: datetime) -> QuerySet[ApiKey]:
    return ApiKey.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now), revoked_at=None)


def _note_use(key: ApiKey, now: datetime) -> None:
    """Written once by whichever of several calls comes first. No call fails because this could not be written."""
    stale = Q(last_used_at=None) | Q(last_used_at__lte=now - NOTED_EVERY)
    with suppress(OperationalError):
        ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)
