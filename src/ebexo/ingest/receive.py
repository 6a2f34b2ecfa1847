"""How a store event gets in, through HTTP or from a Django shop's own transaction.

This is the one way in: parse, know again, resolve the person, record consents, ask the gate, put.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from ebexo.carts.steps import CartReason
from ebexo.consents.gate import Reason, Withhold
from ebexo.consents.judging import came_back_at, email_of, judge, withdrawn_at
from ebexo.consents.ledger import record
from ebexo.contacts.erasing import answers_to_keep, is_forgotten, let_back_in, note_opt_out
from ebexo.contacts.known import known
from ebexo.contacts.models import Contact
from ebexo.contacts.resolve import resolve
from ebexo.contacts.strangers import contact_named, is_stranger
from ebexo.events import EventType, StoreEvent
from ebexo.ingest.aftermath import erase
from ebexo.ingest.arrival import may_leave_at, nothing_to_tell, overtaken, take_note
from ebexo.ingest.told import Told, read
from ebexo.outbox.models import Message
from ebexo.outbox.put import NewMessage, already_known, put, put_superseded, put_withheld
from ebexo.outbox.withholding import supersede
from ebexo.standing import doubt_about, key_of, key_of_visitor, person_left, withhold_what_may_not_go
from ebexo.statements import Rows
from ebexo.stores.models import Account, Store

TRIES = 5
_ACCOUNT = Rows(Account, "store_id = {}")


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
    return receive_told(store, read(event, now=timezone.now()))


def receive_told(store: Store, told: Told) -> Receipt:
    """Like `receive`, of an event that was read already."""
    for tries_left in reversed(range(TRIES)):
        try:
            with transaction.atomic():
                return _accept(store, told)
        except IntegrityError:  # the same event or person arrived at the same moment: look again
            if not tries_left:
                raise
    raise AssertionError("unreachable")


def account_of(store: Store) -> Account:
    """The store's settings as they are now. Ask inside the transaction."""
    (account,) = _ACCOUNT.found(store.pk)
    return account


def _accept(store: Store, told: Told) -> Receipt:
    event = told.event
    if told_before := already_known(store.pk, event.id):
        if told_before.payload_sha != told.sha:
            raise OtherBody(event.id)
        return Receipt(told_before, duplicate=True)
    account = account_of(store)
    if event.customer is None:
        return Receipt(_of_visitor(told.message(), event, account=account), duplicate=False)
    contact = resolve(store.pk, event.customer, occurred_at=event.occurred_at)
    is_erasure = event.type is EventType.CUSTOMER_ERASED
    if is_erasure or event.consents:  # no decision slips in while the person is being forgotten
        contact = Contact.objects.select_for_update(no_key=True).get(pk=contact.pk)
    if not is_erasure:
        let_back_in(contact, event, came_back_at=came_back_at(event))
    unknown_codes = record(contact, answers_to_keep(contact, event))
    message = told.message(notes=tuple(f"unknown_consent:{code}" for code in unknown_codes))
    if is_erasure:
        return Receipt(erase(message, event, account=account, contact=contact), duplicate=False)
    if withdrawn := withdrawn_at(event, account):
        note_opt_out(contact, at=withdrawn)
        withhold_what_may_not_go(account, contact, now=message.accepted_at)
    return Receipt(queue(message, event, account=account, contact=contact), duplicate=False)


def queue(message: NewMessage, event: StoreEvent, *, account: Account, contact: Contact) -> Message:
    """Ask the gate about this person's event, and queue it, or record why it is not sent."""
    if not is_forgotten(contact, event):
        take_note(event, account=account, contact=contact, now=message.accepted_at)
    told = known(contact.pk, remote=account.remote)
    # after withholding: from here on, whatever is on its way is seen to be
    verdict = judge(
        event, account=account, contact=contact, known=told, may_be_there=doubt_about(contact)
    ).verdict
    if isinstance(verdict, Withhold):
        person = person_left(event.canonical(), verdict.reason, email=email_of(event, told))
        return put_withheld(account.store_id, message, reason=verdict.reason, person=person)
    if reason := nothing_to_tell(event, contact):
        return put_superseded(account.store_id, message, reason=reason)
    return _put(message, event, key=key_of(contact), store_id=account.store_id)


def _put(message: NewMessage, event: StoreEvent, *, key: str, store_id: int) -> Message:
    """Queue it, and let it carry what waits and has nothing of its own to tell any more."""
    carried = overtaken(event, key, store_id=store_id)
    not_before = may_leave_at(event, carried, now=message.accepted_at)
    row = put(store_id, message, key=key, payload=event.canonical(), not_before=not_before)
    if carried:
        supersede(carried, reason=CartReason.NEWER, by=row, now=message.accepted_at)
    return row


def _of_visitor(message: NewMessage, event: StoreEvent, *, account: Account) -> Message:
    """The cart of somebody who is not logged in: of a contact, if their cookie says so, or of a stranger."""
    smclient = event.visitor.smclient if event.visitor else None
    store_id, remote = account.store_id, account.remote
    contact = contact_named(smclient, store_id=store_id, remote=remote) if smclient else None
    if contact is not None:
        return queue(message, event, account=account, contact=contact)
    if reason := _against_asking(smclient, account, now=message.accepted_at):
        person = person_left(event.canonical(), reason) if smclient else None
        return put_withheld(store_id, message, reason=reason, person=person)
    return _put(message, event, key=key_of_visitor(smclient or ""), store_id=store_id)


def _against_asking(smclient: str | None, account: Account, *, now: datetime) -> Reason | None:
    """Why SALESmanago is not asked whose cookie this is."""
    if not account.active:
        return Reason.INACTIVE
    if not smclient or is_stranger(smclient, store_id=account.store_id, remote=account.remote, now=now):
        return Reason.UNKNOWN_VISITOR
    return Reason.DRY_RUN if account.dry_run else None
