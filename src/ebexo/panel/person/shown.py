"""A person as the page shows them: words instead of codes."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ebexo.consents.models import Decision
from ebexo.contacts.models import Return
from ebexo.outbox.models import Message
from ebexo.outbox.states import State
from ebexo.panel.person.find import Person
from ebexo.panel.words import EVENTS, SOURCES, STATUS
from ebexo.reasons import SENTENCES

Words = str | Promise

MAY_BE_SENT = _("What this person does in the shop is sent to SALESmanago.")
UNKNOWN_THERE = _("Not known there yet")


@dataclass(frozen=True)
class ShownDecision:
    decision: Decision
    source: Words


@dataclass(frozen=True)
class ShownMessage:
    """`words` is the reason of a withheld message, or what a waiting one waits for."""

    event: Words
    occurred_at: datetime
    words: Words


@dataclass(frozen=True)
class ShownReturn:
    event: Words
    row: Return


@dataclass(frozen=True)
class Shown:
    email: str
    sentence: Words
    status: Words
    contact_id: str | None
    erased_at: datetime | None
    opted_out_at: datetime | None
    unconfirmed_at: datetime | None
    returns: tuple[ShownReturn, ...]
    decisions: tuple[ShownDecision, ...]
    withheld: tuple[ShownMessage, ...]
    waiting: tuple[ShownMessage, ...]


def shown(person: Person) -> Shown:
    return Shown(
        email=person.email,
        sentence=SENTENCES[person.reason] if person.reason else MAY_BE_SENT,
        status=STATUS[person.status] if person.status else UNKNOWN_THERE,
        contact_id=person.known.contact_id if person.known else None,
        erased_at=person.contact.erased_at,
        opted_out_at=person.contact.opted_out_at,
        unconfirmed_at=person.unconfirmed_at,
        returns=tuple(ShownReturn(EVENTS.get(row.event_type, row.event_type), row) for row in person.returns),
        decisions=tuple(
            ShownDecision(decision, SOURCES.get(decision.source, decision.source))
            for decision in person.decisions
        ),
        withheld=tuple(_message(message, _reason(message)) for message in person.withheld),
        waiting=tuple(_message(message, _waiting(message)) for message in person.waiting),
    )


def _message(message: Message, words: Words) -> ShownMessage:
    return ShownMessage(EVENTS.get(message.type, message.type), message.occurred_at, words)


def _reason(message: Message) -> Words:
    return SENTENCES[message.reason or ""]


def _waiting(message: Message) -> Words:
    if message.state == State.IN_FLIGHT:
        return _("It is being sent right now.")
    return _("It is tried again until it succeeds.") if message.attempts else _("It waits for its turn.")
