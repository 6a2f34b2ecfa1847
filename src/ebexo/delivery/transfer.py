"""Sending one job: look the person up where needed, map, call, and read what it came to. No database here."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ebexo.consents.gate import OptIn
from ebexo.contacts.knowledge import Known, Status
from ebexo.delivery.job import Job
from ebexo.delivery.lookup import is_needed, look_up, settled_opt_in, taken_address
from ebexo.delivery.mapping.contact import Mapped, contact_upsert
from ebexo.delivery.words import without_the_person
from ebexo.outbox.retry import backoff
from ebexo.outbox.states import Outcome, State
from salesmanago import (
    BadCredentials,
    Client,
    ContactUpserted,
    OutcomeUnknown,
    Refused,
    SalesmanagoError,
    Throttled,
    Unavailable,
)


@dataclass(frozen=True)
class Result:
    """What became of a job. `known` is set when SALESmanago acknowledged it, `error` when it did not."""

    job: Job
    outcome: Outcome
    known: Known | None = None
    error: SalesmanagoError | None = None


class NotNow(Exception):
    """No call may begin: the lane may not be ours for long enough, or this process is about to stop."""


Turn = Callable[[], Awaitable[None]]
"""Awaited before each call; returns when it may begin. Raises NotNow."""


async def transfer(job: Job, client: Client, *, turn: Turn, now: datetime) -> Result:
    """Tell SALESmanago the job's event. Never raises a `SalesmanagoError`: it becomes the outcome."""
    try:
        return await _transfer(job, client, turn=turn, now=now)
    except NotNow:
        return Result(job, Outcome(State.WAITING, kind="not_sent", was_called=False))


async def _transfer(job: Job, client: Client, *, turn: Turn, now: datetime) -> Result:
    known = job.known
    if is_needed(job):
        await turn()
        try:
            known = await look_up(job, client, now=now)
        except SalesmanagoError as error:
            return Result(job, _failed(error, job, was_told=False), error=error)
    result = await _tell(job, known, client, turn=turn, now=now)
    if not (isinstance(result.error, Refused) and known and known.email != job.event.customer.email):
        return result
    await turn()
    try:
        there = await taken_address(job, client, now=now)
    except SalesmanagoError as error:
        return Result(job, _failed(error, job, was_told=False), error=error)
    return await _tell(job, there, client, turn=turn, now=now) if there else result


async def _tell(job: Job, known: Known | None, client: Client, *, turn: Turn, now: datetime) -> Result:
    opting, notes = settled_opt_in(job, known)
    mapped = contact_upsert(job.event, rules=job.rules, known=known, bought=job.bought, opt_in=opting)
    await turn()
    try:
        answer = await client.upsert_contact(mapped.request)
    except SalesmanagoError as error:
        error.vendor_message = without_the_person(error.vendor_message, mapped.request)
        return Result(job, _failed(error, job, was_told=True), error=error)
    outcome = Outcome(
        State.DELIVERED,
        kind="delivered",
        notes=(*mapped.notes, *notes),
        http_status=answer.http_status,
        excerpt=f"contactId {answer.contact_id}",
    )
    return Result(job, outcome, known=_now_known(job, known, mapped, opting, answer, now=now))


_STATUS = {OptIn.NOW: Status.OPT_IN, OptIn.ONCE_CONFIRMED: Status.PENDING}


def _now_known(
    job: Job, known: Known | None, mapped: Mapped, opting: OptIn, answer: ContactUpserted, *, now: datetime
) -> Known:
    stands = known if known and opting is OptIn.LEAVE else None
    former_moment = known.told_at if known else None
    return Known(
        contact_id=answer.contact_id,
        email=mapped.request.new_email or mapped.request.email,
        status=stands.status if stands else _STATUS[opting],
        status_at=stands.status_at if stands else now,
        is_customer=mapped.request.state == "CUSTOMER" or (known.is_customer if known else False),
        told_at=max(former_moment, job.event.occurred_at) if former_moment else job.event.occurred_at,
        told_fields=tuple(sorted(mapped.fields.union(known.told_fields if known else ()))),
        sent=True,
    )


def _failed(error: SalesmanagoError, job: Job, *, was_told: bool) -> Outcome:
    """A contact upsert does no harm when repeated, so everything but a refusal is tried again.

    A look-up that failed leaves nothing in doubt.
    """
    kind, state, reason = _kind(error)
    is_unknown = isinstance(error, OutcomeUnknown)
    return Outcome(
        state=state,
        kind=kind,
        reason=reason,
        in_doubt=is_unknown and was_told,
        http_status=error.http_status,
        error=str(error),
        retry_after=error.retry_after,
        delay=backoff(job.claimed.message.attempts, chance=0.5) if is_unknown else timedelta(),
    )


def _kind(error: SalesmanagoError) -> tuple[str, State, str]:
    match error:
        case BadCredentials():
            return "credentials", State.WAITING, f"credentials_{error.problem}"
        case Refused():
            return "refused", State.FAILED, "refused"
        case Throttled():
            return "throttled", State.WAITING, "throttled"
        case Unavailable():
            return "unavailable", State.WAITING, "unavailable"
    return "unknown", State.WAITING, "outcome_unknown"
