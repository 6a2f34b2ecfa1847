"""How a store event gets in, through HTTP or from a Django shop's own transaction.

This is the one way in: parse, know again, resolve the person, record consents, ask the gate, put.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from ebexo.consents.gate import Withhold
from ebexo.consents.judging import came_back_at, judge, withdrawn_at
from ebexo.consents.ledger import record
from ebexo.contacts.erasing import answers_to_keep, let_back_in, note_opt_out
from ebexo.contacts.known import known
from ebexo.contacts.models import Contact
from ebexo.contacts.resolve import resolve
from ebexo.events import EventType, StoreEvent, parse
from ebexo.ingest.aftermath import erase
from ebexo.outbox.models import Message
from ebexo.outbox.put import NewMessage, already_known, put, put_withheld
from ebexo.secrets import keyed_hash
from ebexo.standing import doubt_about, key_of, person_left, withhold_what_may_not_go
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
    if told_before := already_known(store.pk, event.id):
        if told_before.payload_sha != sha:
            raise OtherBody(event.id)
        return Receipt(told_before, duplicate=True)
    account = Account.objects.get(store_id=store.pk)
    contact = resolve(store.pk, event.customer, occurred_at=event.occurred_at)
    is_erasure = event.type is EventType.CUSTOMER_ERASED
    if (
        is_erasure or event.consents
    ):  # one after the other: no decision slips in while the person is being forgotten
        contact = Contact.objects.select_for_update(no_key=True).get(pk=contact.pk)
    if not is_erasure:
        let_back_in(contact, event, came_back_at=came_back_at(event))
    unknown_codes = record(contact, answers_to_keep(contact, event))
    message = NewMessage(
        event_id=event.id,
        type=event.type,
        sha=sha,
        occurred_at=event.occurred_at,
        accepted_at=now,
        notes=[f"unknown_consent:{code}" for code in unknown_codes],
    )
    if is_erasure:
        return Receipt(erase(message, event, account=account, contact=contact), duplicate=False)
    if withdrawn := withdrawn_at(event, account):
        note_opt_out(contact, at=withdrawn)
        withhold_what_may_not_go(account, contact, now=now)
    told = known(contact.pk, remote=account.remote)
    # after withholding: from here on, whatever is on its way is seen to be
    verdict = judge(
        event, account=account, contact=contact, known=told, may_be_there=doubt_about(contact)
    ).verdict
    if isinstance(verdict, Withhold):
        person = person_left(payload, verdict.reason)
        return Receipt(put_withheld(store.pk, message, reason=verdict.reason, person=person), duplicate=False)
    return Receipt(put(store.pk, message, key=key_of(contact), payload=payload), duplicate=False)
