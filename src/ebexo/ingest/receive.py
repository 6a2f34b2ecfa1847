"""How a store event gets in, through HTTP or from a Django shop's own transaction.

This is the one way in: parse, know again, resolve the person, record consents, ask the gate, put.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from ebexo.consents.gate import Withhold, decide
from ebexo.consents.ground import ground
from ebexo.consents.ledger import record
from ebexo.contacts.hashes import masked_email, person_hash
from ebexo.contacts.resolve import resolve
from ebexo.events import StoreEvent, parse
from ebexo.outbox.models import Message
from ebexo.outbox.put import NewMessage, already_known, put, put_withheld
from ebexo.secrets import keyed_hash
from ebexo.stores.models import Account, Store

TRIES = 5


@dataclass(frozen=True)
class Receipt:
    """The event is accepted. `duplicate`: this store had told it before, and nothing was added."""

    message: Message
    duplicate: bool


class OtherBody(Exception):
    """The store told another event under this id before. Nothing was changed."""


def receive(store: Store, event: StoreEvent | Mapping[str, Any]) -> Receipt:
    """Accept one store event. What is accepted is on disk as soon as the surrounding transaction is.

    Raises InvalidEvent with every field at fault, or OtherBody. Works in a savepoint of its own: when it raises,
    the caller's transaction stays usable.
    """
    now = timezone.now()
    told = parse(event, now=now)
    for tries_left in reversed(range(TRIES)):
        try:
            with transaction.atomic():
                return _accept(store, told, now=now)
        except IntegrityError:  # the same event or person arrived at the same moment: look again
            if not tries_left:
                raise
    raise AssertionError("unreachable")


def _accept(store: Store, event: StoreEvent, *, now: datetime) -> Receipt:
    payload = event.canonical()
    sha = keyed_hash("payload", payload)
    if known := already_known(store.pk, event.id):
        if known.payload_sha != sha:
            raise OtherBody(event.id)
        return Receipt(known, duplicate=True)
    contact = resolve(store.pk, event.customer, occurred_at=event.occurred_at)
    unknown_codes = record(contact, event.consents)
    message = NewMessage(
        event_id=event.id,
        type=event.type,
        sha=sha,
        occurred_at=event.occurred_at,
        accepted_at=now,
        notes=[f"unknown_consent:{code}" for code in unknown_codes],
    )
    verdict = decide(ground(_account(store), contact, email=event.customer.email))
    if isinstance(verdict, Withhold):
        return Receipt(_withhold(store, message, event, verdict), duplicate=False)
    return Receipt(put(store.pk, message, key=f"contact:{contact.pk}", payload=payload), duplicate=False)


def _withhold(store: Store, message: NewMessage, event: StoreEvent, verdict: Withhold) -> Message:
    email = event.customer.email
    return put_withheld(
        store.pk,
        message,
        reason=verdict.reason,
        person_hash=person_hash("email", email),
        person_masked=masked_email(email),
    )


def _account(store: Store) -> Account:
    return Account.objects.get(store_id=store.pk)
