"""Whose cart is it? A browser that says by its cookie who it is, and of whom we know nothing yet."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from ebexo.consents.gate import Reason
from ebexo.consents.judging import is_granted
from ebexo.contacts.known import learn_of
from ebexo.contacts.resolve import resolve
from ebexo.contacts.strangers import contact_named, is_stranger, note_stranger
from ebexo.delivery.as_known import as_known
from ebexo.events import Customer, StoreEvent
from ebexo.outbox.claim import Claimed
from ebexo.outbox.states import Outcome, State
from ebexo.standing import key_of, person_left
from ebexo.stores.models import Account
from salesmanago import BasicContact


@dataclass(frozen=True)
class Question:
    """A message that waits for SALESmanago to say whose `smclient` this is."""

    claimed: Claimed
    account: Account
    event: StoreEvent
    smclient: str


def whose_cart(claimed: Claimed, event: StoreEvent, account: Account, *, now: datetime) -> Question | Outcome:
    """The question to ask, unless the answer is known by now, or asking is of no use."""
    smclient = (event.visitor and event.visitor.smclient) or ""
    question = Question(claimed, account, event, smclient)
    if not account.active:
        return _withheld(question, Reason.INACTIVE)
    contact = contact_named(smclient, store_id=account.store_id, remote=account.remote)
    if contact is not None:
        return Outcome(State.WAITING, kind="identified", was_called=False, moves_to=key_of(contact))
    if is_stranger(smclient, store_id=account.store_id, remote=account.remote, now=now):
        return _withheld(question, Reason.UNKNOWN_VISITOR)
    return _withheld(question, Reason.DRY_RUN) if account.dry_run else question


def take_in_answer(question: Question, found: BasicContact | None, *, now: datetime) -> Outcome:
    """The cart goes on as that of the contact found; the gate is asked when its turn comes.

    A no is remembered. Of whoever the mode asks a grant of, and who gave none, nothing is learnt either: their own
    grant, which tells the whole contact, is what makes them known.
    """
    account, event = question.account, question.event
    if found is None:
        note_stranger(question.smclient, store_id=account.store_id, remote=account.remote, now=now)
        return _withheld(question, Reason.UNKNOWN_VISITOR, was_called=True)
    there = as_known(found, now=now)
    with transaction.atomic():
        contact = resolve(account.store_id, Customer(email=there.email), occurred_at=event.occurred_at)
        if contact.erased_at is not None:
            return _withheld(question, Reason.ERASED, was_called=True, email=there.email)
        if not is_granted(account, contact):
            note_stranger(question.smclient, store_id=account.store_id, remote=account.remote, now=now)
            return _withheld(question, Reason.UNKNOWN_VISITOR, was_called=True, email=there.email)
        learn_of(contact.pk, remote=account.remote, known=there)
    return Outcome(State.WAITING, kind="identified", http_status=200, moves_to=key_of(contact))


def _withheld(
    question: Question, reason: Reason, *, was_called: bool = False, email: str | None = None
) -> Outcome:
    person = person_left(question.claimed.message.payload, reason, email=email)
    kind = "unknown_visitor" if was_called else "withheld"
    return Outcome(State.WITHHELD, kind=kind, reason=reason, was_called=was_called, person=person)
