"""Sending one job: look the person up where needed, map, call, and read what it came to. No database here."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ebexo.consents.gate import OptIn, Purpose
from ebexo.contacts.knowledge import Known, Status
from ebexo.delivery.job import Job
from ebexo.delivery.lookup import (
    CONFIRMATION_MAY_BE_MISSING,
    is_needed,
    look_up,
    settled_opt_in,
    taken_address,
)
from ebexo.delivery.mapping.contact import Mapped, contact_upsert, opt_out
from ebexo.delivery.words import without_the_person
from ebexo.outbox.retry import backoff
from ebexo.outbox.states import Outcome, State
from salesmanago import (
    BadCredentials,
    Client,
    ContactUpsert,
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
    do = {Purpose.TELL: _transfer, Purpose.OPT_OUT: _opt_out, Purpose.ERASE: _erase}[job.purpose]
    try:
        return await do(job, client, turn=turn, now=now)
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
    mapped = contact_upsert(
        job.event, rules=job.rules, known=known, bought=job.bought, opt_in=opting, consents=job.consents
    )
    await turn()
    try:
        answer = await client.upsert_contact(mapped.request)
    except SalesmanagoError as error:
        error.vendor_message = without_the_person(error.vendor_message, mapped.request)
        return Result(job, _failed(error, job, was_told=True), error=error)
    outcome = _delivered(answer, notes=(*mapped.notes, *notes))
    told = _now_known(job, known, mapped, opting, answer, now=now)
    if CONFIRMATION_MAY_BE_MISSING in notes and told.status is Status.OPT_OUT:
        told = replace(told, status=Status.PENDING, status_at=now)  # not yet confirmed looks like opted out
    return Result(job, outcome, known=told)


async def _opt_out(job: Job, client: Client, *, turn: Turn, now: datetime) -> Result:
    """The one opt-out. What SALESmanago knows of the person otherwise stays as it is."""
    request = opt_out(job.event, known=job.known, consents=job.consents)
    await turn()
    try:
        answer = await client.upsert_contact(request)
    except SalesmanagoError as error:
        error.vendor_message = without_the_person(error.vendor_message, request)
        return Result(job, _failed(error, job, was_told=True), error=error)
    said_no_at = job.own_no_at or now  # not when it was told: a yes given since then is newer
    known = replace(
        job.known or Known(answer.contact_id, request.email, Status.OPT_OUT, said_no_at),
        contact_id=answer.contact_id,
        status=Status.OPT_OUT,
        status_at=said_no_at,
        sent=True,
    )
    return Result(job, _delivered(answer), known=known)


async def _erase(job: Job, client: Client, *, turn: Turn, now: datetime) -> Result:  # noqa: ARG001
    """Delete the contact for good, under each address by which SALESmanago may know the person."""
    customer = job.event.customer
    for email in (customer.email, customer.previous_email):
        if email and (failed := await _delete(email, job, client, turn=turn)):
            return failed
    return Result(job, Outcome(State.DELIVERED, kind="delivered", http_status=200, drops_payload=True))


async def _delete(email: str, job: Job, client: Client, *, turn: Turn) -> Result | None:
    """What went wrong, if anything did. A contact that is not there any more needs no deleting."""
    await turn()
    try:
        await client.delete_contact(email, permanently=True)
    except Refused as error:
        await turn()
        try:
            is_there = bool(await client.basic_contacts([email]))
        except SalesmanagoError as second:
            return Result(job, _failed(second, job, was_told=False), error=second)
        if is_there:
            error.vendor_message = without_the_person(error.vendor_message, ContactUpsert(email=email))
            return Result(job, _failed(error, job, was_told=True), error=error)
    except SalesmanagoError as error:
        return Result(job, _failed(error, job, was_told=True), error=error)
    return None


_STATUS = {OptIn.NOW: Status.OPT_IN, OptIn.ONCE_CONFIRMED: Status.PENDING, OptIn.OUT: Status.OPT_OUT}


def _delivered(answer: ContactUpserted, *, notes: tuple[str, ...] = ()) -> Outcome:
    excerpt = f"contactId {answer.contact_id}"
    return Outcome(
        State.DELIVERED, kind="delivered", notes=notes, http_status=answer.http_status, excerpt=excerpt
    )


def _now_known(
    job: Job, known: Known | None, mapped: Mapped, opting: OptIn, answer: ContactUpserted, *, now: datetime
) -> Known:
    stands = known if known and opting is OptIn.LEAVE else None
    set_at = job.opted_out_at if opting is OptIn.OUT and job.opted_out_at else now
    former_moment = known.told_at if known else None
    return Known(
        contact_id=answer.contact_id,
        email=mapped.request.new_email or mapped.request.email,
        status=stands.status if stands else _STATUS[opting],
        status_at=stands.status_at if stands else set_at,
        customer_id=mapped.request.external_id or (known.customer_id if known else None),
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
