"""Removing a store: everything of it goes, and nobody else notices.

First it is shut, in one step: from then on nothing comes in, nothing is sent and nobody sees it. The rest follows in
small transactions, since other stores write to the same tables. Whoever is interrupted removes the store once more.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from ebexo.audit.actions import Action
from ebexo.audit.recording import record
from ebexo.consents.models import Consent, Decision
from ebexo.contacts.models import Contact
from ebexo.outbox.models import Lane, Message
from ebexo.panel.deleting import delete
from ebexo.panel.users import logins_of_nothing_but
from ebexo.platform.tables import tables
from ebexo.secrets import encrypt
from ebexo.stores.models import Account, ApiKey, Store
from ebexo.stores.tokens import new_public_key, new_signing_secret

AT_ONCE = 500


@dataclass(frozen=True)
class Contents:
    """How much there is of a store; `logins` are those of people who see no other store."""

    contacts: int
    decisions: int
    consents: int
    messages: int
    api_keys: int
    logins: int

    def __str__(self) -> str:
        return ", ".join(f"{name.replace('_', ' ')}: {count}" for name, count in asdict(self).items())


def contents_of(store: Store) -> Contents:
    """What removing this store would erase."""
    return Contents(
        contacts=Contact.objects.filter(store=store).count(),
        decisions=Decision.objects.filter(contact__store=store).count(),
        consents=Consent.objects.filter(store=store).count(),
        messages=Message.objects.filter(store=store).count(),
        api_keys=ApiKey.objects.filter(store=store).count(),
        logins=logins_of_nothing_but(store).filter(platform_store=None).count(),
    )


def remove_store(store: Store, *, now: datetime) -> Contents:
    """Erase everything of this store, also the logins of people who see no other. Says what it was.

    What is being sent at this moment still arrives; its outcome is not written down any more.
    """
    contents = contents_of(store)
    _shut(store, now=now)
    _let_decisions_go(store, now=now)
    for table in tables():
        if table.model is not Account:  # a store without one could not even be listed
            _delete_all(table.rows_of(store))
    with transaction.atomic():  # its own entries went with it; that it was removed, and by whom, stays
        delete(Store.objects.filter(pk=store.pk))
        record(Action.STORE_REMOVED, subject=store.handle, before={"name": store.name} | asdict(contents))
    return contents


def _shut(store: Store, *, now: datetime) -> None:
    """Its keys open nothing, its secret signs nothing, its lane is gone, and its integration is off."""
    with transaction.atomic():
        ApiKey.objects.filter(store=store).delete()
        Lane.objects.filter(store=store).delete()
        delete(logins_of_nothing_but(store))
        store.members.all().delete()
        store.removal_began_at = store.removal_began_at or now
        store.public_key, store.former_signing_secret_ends_at = new_public_key(), None
        store.signing_secret_encrypted = encrypt(new_signing_secret())
        store.save()
        account = Account.objects.get(store=store)
        account.active, account.api_secret = False, ""
        account.save()


def _let_decisions_go(store: Store, *, now: datetime) -> None:
    """The ledger guards the decisions of everybody who has not been erased."""
    for some in _batches(Contact.objects.filter(store=store, erased_at=None)):
        Contact.objects.filter(pk__in=some).update(erased_at=now)


def _delete_all(rows: QuerySet[Any]) -> None:
    everything = rows.model._base_manager  # noqa: SLF001  (Django's public name)
    for some in _batches(rows):
        delete(everything.filter(pk__in=some))


def _batches(rows: QuerySet[Any]) -> Iterator[list[Any]]:
    """The keys of these rows, a few at a time. Each starts where the last one ended: what is gone is not looked at."""
    some = _first(rows)
    while some:
        yield some
        some = _first(rows.filter(pk__gt=some[-1]))


def _first(rows: QuerySet[Any]) -> list[Any]:
    return list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
