"""Opening a store."""

from django.db import transaction

from ebexo.audit.actions import Action
from ebexo.audit.recording import record
from ebexo.stores.keys import new_key
from ebexo.stores.models import Account, Store


def open_store(name: str) -> tuple[Store, str]:
    """A new store with an empty, inactive account, and its first API key, which can't be shown again."""
    with transaction.atomic():
        store = Store.objects.create(name=name)
        Account.objects.create(store=store)
        record(Action.STORE_OPENED, store_id=store.pk, subject=store.handle, after={"name": name})
        return store, new_key(store)
