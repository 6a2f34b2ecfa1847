"""Telling SALESmanago what a cart or an order did. An event is never added twice: where a try is in doubt, we look."""

from dataclasses import dataclass, replace
from datetime import datetime

from ebexo.carts.steps import DeleteCart, UpdateCart
from ebexo.consents.gate import OptIn
from ebexo.contacts.knowledge import Known
from ebexo.delivery.errand import CartErrand, OrderErrand
from ebexo.delivery.job import Job
from ebexo.delivery.result import NotNow, Result, Turn, delivered, failed
from ebexo.delivery.telling.contacts import tell_contact
from ebexo.delivery.telling.looking import Found, Missing, Unknowable, look_for
from ebexo.delivery.telling.lookup import opt_in_of
from ebexo.delivery.telling.words import without_the_visitor
from ebexo.orders.steps import Kind
from ebexo.outbox.states import Outcome, State
from ebexo.stores.models import InDoubt
from salesmanago import AddEvent, Client, ContactEvent, Refused, SalesmanagoError


@dataclass(frozen=True)
class Telling:
    """One job's event on its way: the contact it belongs to, and how to call."""

    job: Job
    errand: CartErrand | OrderErrand
    known: Known
    client: Client
    turn: Turn

    @property
    def named(self) -> dict[str, str]:
        """Who it is: the address of somebody logged in, the contact id of a cookie; never both."""
        if self.job.event.customer is None:
            return {"contact_id": self.known.contact_id}
        return {"email": self.known.email}

    def failed(self, error: SalesmanagoError, *, was_told: bool) -> Result:
        error.vendor_message = without_the_visitor(error.vendor_message, self.known)
        return Result(self.job, failed(error, self.job, was_told=was_told), error=error)


async def tell_errand(job: Job, client: Client, *, turn: Turn, now: datetime) -> Result:
    """Tell the contact first, if SALESmanago lacks it or it is to become a customer; then the event."""
    known = job.known
    told: Known | None = None
    notes: tuple[str, ...] = ()
    if known is None or contact_comes_first(job, known):
        result = await tell_contact(job, client, turn=turn, now=now)
        if result.known is None:
            return result
        known = told = result.known
        notes = result.outcome.notes
    errand = job.errand
    if errand is None:
        raise ValueError("the job has no errand")
    telling = Telling(job, errand, known, client, turn)
    try:
        result = await _tell(telling)
    except NotNow:
        result = Result(job, Outcome(State.WAITING, kind="not_sent", was_called=told is not None))
    outcome = replace(result.outcome, notes=(*notes, *result.outcome.notes))
    return replace(result, outcome=outcome, known=result.known or told)


def contact_comes_first(job: Job, known: Known) -> bool:
    """Does SALESmanago have to be told of the contact before the event, though it knows them?"""
    customer = job.event.customer
    if customer is None:
        return False
    is_older = known.told_at is not None and job.event.occurred_at < known.told_at
    becomes_customer = isinstance(job.errand, OrderErrand) and job.errand.kind is Kind.PURCHASE
    return (
        (known.email != customer.email and not is_older)
        or (becomes_customer and not known.is_customer and customer.state in (None, "CUSTOMER"))
        or opt_in_of(job, known) is not OptIn.LEAVE
        or bool(job.consents)
    )


async def _tell(telling: Telling) -> Result:
    match telling.errand:
        case CartErrand(step=DeleteCart(event_id)):
            return await _delete(telling, event_id)
        case CartErrand(step=UpdateCart(event_id), event=ContactEvent() as event):
            return await _update(telling, event_id, event)
        case CartErrand(event=ContactEvent() as event) | OrderErrand(event=event):
            return await _add_once(telling, event)
    raise ValueError("there is nothing to tell")


async def _delete(telling: Telling, event_id: str) -> Result:
    """What SALESmanago does not have any more needs no deleting."""
    await telling.turn()
    try:
        await telling.client.delete_event(event_id=event_id)
    except Refused as error:
        return Result(telling.job, delivered(http_status=error.http_status or 200, excerpt="no such event"))
    except SalesmanagoError as error:
        return telling.failed(error, was_told=True)
    return Result(telling.job, delivered(http_status=200, excerpt=f"eventId {event_id}"))


async def _update(telling: Telling, event_id: str, event: ContactEvent) -> Result:
    """An event that SALESmanago does not have any more is added anew; where a try is in doubt, after looking."""
    await telling.turn()
    try:
        answer = await telling.client.update_event(event_id, event)
    except Refused as error:
        if telling.job.claimed.message.in_doubt:
            again = Outcome(State.WAITING, kind="event_gone", in_doubt=True, http_status=error.http_status)
            return Result(telling.job, again, event_is_gone=True)
        result = await _add_or_leave(telling, event)
        return replace(result, event_is_gone=result.outcome.in_doubt)
    except SalesmanagoError as error:
        return telling.failed(error, was_told=True)
    excerpt = f"eventId {answer.event_id}"
    outcome = delivered(http_status=answer.http_status, excerpt=excerpt)
    return Result(telling.job, outcome, event_id=answer.event_id)


async def _add_or_leave(telling: Telling, event: ContactEvent) -> Result:
    try:
        return await _add(telling, event)
    except NotNow:
        return Result(telling.job, Outcome(State.WAITING, kind="not_sent"))


async def _add_once(telling: Telling, event: ContactEvent) -> Result:
    """Where a try is in doubt, look first."""
    if not telling.job.claimed.message.in_doubt:
        return await _add(telling, event)
    await telling.turn()
    try:
        found = await look_for(event, telling.client, **telling.named)
    except Refused:
        found = Unknowable()
    except SalesmanagoError as error:
        return telling.failed(error, was_told=False)
    match found:
        case Found(event_id):
            outcome = Outcome(State.DELIVERED, kind="found", http_status=200, excerpt=f"eventId {event_id}")
            return Result(telling.job, outcome, event_id=event_id)
        case Unknowable() if telling.job.account.in_doubt == InDoubt.HOLD:
            held = Outcome(State.HELD, kind="cannot_be_known", reason="cannot_be_known", in_doubt=True)
            return Result(telling.job, held)
    result = await _add(telling, event)
    return replace(result, outcome=replace(result.outcome, settles_doubt=isinstance(found, Missing)))


async def _add(telling: Telling, event: ContactEvent) -> Result:
    await telling.turn()
    try:
        answer = await telling.client.add_event(AddEvent(event, **telling.named))
    except SalesmanagoError as error:
        return telling.failed(error, was_told=True)
    excerpt = f"eventId {answer.event_id}"
    outcome = delivered(http_status=answer.http_status, excerpt=excerpt)
    return Result(telling.job, outcome, event_id=answer.event_id)
