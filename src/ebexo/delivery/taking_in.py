"""What a result teaches of the person, unless they asked to be forgotten while it was on its way."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ebexo.carts import memory as carts
from ebexo.consents.gate import Purpose
from ebexo.contacts.erasing import is_forgotten
from ebexo.contacts.known import Lesson, learn_all
from ebexo.contacts.models import Acquaintance, Contact
from ebexo.delivery.errand import CartErrand, Errand
from ebexo.delivery.job import Job
from ebexo.delivery.result import Result
from ebexo.delivery.visitors import Question, take_in_answer
from ebexo.events import EventType
from ebexo.orders import ledger as orders
from ebexo.orders.steps import OrderReason
from ebexo.outbox.states import Outcome, State
from ebexo.outbox.withholding import settle_doubts
from ebexo.statements import Rows

_ERASURES = Rows(Contact, "id IN ({})", only=("id", "erased_at", "forgotten_at"))


@dataclass
class Erasures:
    """When a contact asked to be forgotten, if they did, see `Contact`."""

    erased_at: datetime | None
    forgotten_at: datetime | None


OF_ORDERS = [event_type.value for event_type in EventType if event_type.is_of_order]
"""Whether a step of an order arrived matters after the person took everything else back, too."""


def take_in(results: Sequence[Result], *, now: datetime) -> list[Outcome]:
    """Keep what was learnt. Gives back the outcomes to settle with. Call it inside the transaction that settles."""
    numbers = sorted({result.job.contact for result in results if isinstance(result.job, Job)})
    contacts = {number: Erasures(*moments) for number, *moments in _ERASURES.values(numbers)}
    outcomes = [_take_in(result, contacts, now=now) for result in results]
    _learn(results, contacts, now=now)
    return outcomes


def _learn(results: Iterable[Result], contacts: Mapping[int, Erasures], *, now: datetime) -> None:
    lessons: defaultdict[str, list[Lesson]] = defaultdict(list)
    for result in results:
        job, known = result.job, result.known
        if isinstance(job, Job) and known and _is_to_keep(job, contacts):
            lessons[job.remote].append(Lesson(job.contact, known, former=job.known))
    for remote, learnt in lessons.items():
        learn_all(learnt, remote=remote, now=now)


def _is_to_keep(job: Job, contacts: Mapping[int, Erasures]) -> bool:
    contact = contacts.get(job.contact)
    return contact is not None and not is_forgotten(contact, job.event)


def _take_in(result: Result, contacts: Mapping[int, Erasures], *, now: datetime) -> Outcome:
    job, outcome = result.job, result.outcome
    if isinstance(job, Question):
        is_answered = outcome.was_called and not result.error
        return take_in_answer(job, result.found, now=now) if is_answered else outcome
    if job.purpose is not Purpose.TELL:
        _take_back(job, outcome)
    if job.purpose is Purpose.ERASE:
        return outcome
    return _keep(result, job, contacts, now=now)


def _take_back(job: Job, outcome: Outcome) -> None:
    if outcome.state is not State.DELIVERED:
        return
    settle_doubts(job.claimed.key_id, before_seq=job.claimed.message.key_seq or 0, but=OF_ORDERS)
    if job.purpose is Purpose.ERASE:
        Acquaintance.objects.filter(contact_id=job.contact, remote=job.remote).delete()


def _keep(result: Result, job: Job, contacts: Mapping[int, Erasures], *, now: datetime) -> Outcome:
    outcome = result.outcome
    if not _is_to_keep(job, contacts):
        return replace(outcome, drops_payload=True, excerpt=None)
    if job.errand:
        _keep_errand(result, job, job.errand, now=now)
    if job.needless == OrderReason.HELD and outcome.state is State.DELIVERED:
        return replace(outcome, state=State.HELD, reason=job.needless)
    if job.needless and outcome.state is State.DELIVERED:
        return replace(outcome, notes=(*outcome.notes, job.needless))
    return outcome


def _keep_errand(result: Result, job: Job, errand: Errand, *, now: datetime) -> None:
    """What SALESmanago has of the cart or of the order now."""
    state, message = result.outcome.state, job.claimed.message.pk
    if isinstance(errand, CartErrand):
        if result.event_is_gone:
            carts.forget_event(job.contact, errand.cart_id, remote=job.remote)
        if state is State.DELIVERED:
            carts.told(
                job.contact,
                errand.cart_id,
                remote=job.remote,
                change=errand.change,
                event_id=result.event_id,
                now=now,
            )
    elif state is State.DELIVERED:
        orders.acknowledge(message, remote=job.remote, event_id=result.event_id, now=now)
    elif state is State.HELD:
        orders.hold(message, remote=job.remote)
