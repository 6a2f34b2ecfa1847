"""Opening a store."""

from django.db import transaction

from ebexo.stores.keys import add_key
from ebexo.stores.models import Account, Store


def open_store(name: str) -> tuple[Store, str]:
    """A new store with an empty, inactive account, and its first API key, which can't be shown again."""
    with transaction.atomic():
        store = Store.objects.create(name=name)
        Account.objects.create(store=store)
        return store, add_key(store)
