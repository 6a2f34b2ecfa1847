"""Opening a store, and the keys it knocks with."""

from django.db import transaction

from ebexo.stores.models import Account, ApiKey, Store
from ebexo.stores.tokens import digest, new_api_key


def open_store(name: str) -> tuple[Store, str]:
    """A new store with an empty, inactive account, and its first API key, which can't be shown again."""
    with transaction.atomic():
        store = Store.objects.create(name=name)
        Account.objects.create(store=store)
        return store, add_api_key(store)


def add_api_key(store: Store) -> str:
    """One more key for this store. Only its hash is kept."""
    key = new_api_key()
    ApiKey.objects.create(store=store, digest=digest(key))
    return key


def store_of_key(key: str) -> Store | None:
    """The store that this API key belongs to, unless it was revoked."""
    found = ApiKey.objects.filter(digest=digest(key), revoked_at=None).select_related("store").first()
    return found.store if found else None
