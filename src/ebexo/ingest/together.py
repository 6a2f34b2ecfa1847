"""Accepting several store events of one store with few statements.

Most events only add: to what is known of a person, and to what waits for them. A run of such events is looked up,
judged and written as a whole. Every other event goes the ordinary way, in its turn.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from django.db import IntegrityError, connection, transaction

from ebexo.consents.gate import Withhold
from ebexo.consents.judging import judge
from ebexo.consents.ledger import all_latest
from ebexo.consents.models import Decision
from ebexo.contacts.gathering import Gathering
from ebexo.contacts.knowledge import Known
from ebexo.contacts.known import all_known
from ebexo.contacts.models import Contact
from ebexo.events import EventType
from ebexo.ingest.receive import OtherBody, account_of, receive_told
from ebexo.ingest.told import Told
from ebexo.outbox.put import hashes_of
from ebexo.outbox.put_all import Queued, Withheld, put_all
from ebexo.standing import doubt_about, key_of, person_left
from ebexo.stores.models import Account, Store

ADDING = (
    EventType.CUSTOMER_REGISTERED,
    EventType.CUSTOMER_LOGGED_IN,
    EventType.CUSTOMER_UPDATED,
    EventType.NEWSLETTER_SUBSCRIBED,
)
Outcome = bool | OtherBody
"""Is it a duplicate? Or why it was not accepted."""


def receive_together(store: Store, tellings: Sequence[Told]) -> list[Outcome]:
    """What became of each of these, the same as if they were received one after the other.

    Call it inside a transaction. Raises DatabaseError, and then none of them may be kept.
    """
    outcomes: list[Outcome] = []
    while rest := tellings[len(outcomes) :]:
        run = list(takewhile(_adds_only, rest))
        outcomes += (_run(store, run) if len(run) > 1 else []) or [_one(store, rest[0])]
    return outcomes


def _adds_only(told: Told) -> bool:
    return told.event.type in ADDING and not told.event.consents


def _one(store: Store, told: Told) -> Outcome:
    try:
        return receive_told(store, told).duplicate
    except OtherBody as error:
        return error


def _run(store: Store, run: Sequence[Told]) -> list[Outcome]:
    """What became of the first of these, up to one that changes more than it seemed."""
    try:
        with transaction.atomic(savepoint=connection.vendor != "sqlite"):
            return _accept(store, run)
    except (
        IntegrityError
    ):  # one of them, or one of the people, arrived at the same moment, which SQLite rules out
        return [_one(store, told) for told in run]


def _accept(store: Store, run: Sequence[Told]) -> list[Outcome]:
    told_before = hashes_of(store.pk, [told.event.id for told in run])
    gathering = Gathering(store.pk, [told.event.person for told in run])
    outcomes: list[Outcome] = []
    new: list[tuple[Told, Contact]] = []
    for told in run:
        sha = told_before.setdefault(told.event.id, "")
        if sha:
            outcomes.append(OtherBody(told.event.id) if sha != told.sha else True)
            continue
        contact = gathering.person(told.event.person, occurred_at=told.event.occurred_at)
        if contact is None:
            break
        told_before[told.event.id] = told.sha
        new.append((told, contact))
        outcomes.append(False)
    gathering.save()
    _put(store, new)
    return outcomes


def _put(store: Store, new: Sequence[tuple[Told, Contact]]) -> None:
    if not new:
        return
    account, contacts = account_of(store), sorted({contact.pk for _, contact in new})
    known = all_known(contacts, remote=account.remote)
    needs_consent = account.needs_consent
    decisions = all_latest(store.pk, contacts, account.consent_code) if needs_consent else {}
    ground = _Ground(account, known, decisions)
    put_all(store.pk, [_judged(told, contact, ground) for told, contact in new])


@dataclass(frozen=True)
class _Ground:
    """What the people of a run are judged by; `known` and `decisions` by the numbers of the contacts."""

    account: Account
    known: dict[int, Known]
    decisions: dict[int, Decision]


def _judged(told: Told, contact: Contact, ground: _Ground) -> Queued | Withheld:
    verdict = judge(
        told.event,
        account=ground.account,
        contact=contact,
        known=ground.known.get(contact.pk),
        may_be_there=doubt_about(contact),
        decisions=ground.decisions,
    ).verdict
    if isinstance(verdict, Withhold):
        person = person_left(told.payload, verdict.reason, email=told.event.email)
        return Withheld(told.message(), reason=verdict.reason, person=person)
    return Queued(told.message(), key=key_of(contact), payload=told.payload)
