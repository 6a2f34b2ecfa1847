"""Sending one job: look the person up where needed, map, call, and read what it came to. No database here."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ebexo.consents.gate import OptIn, opt_in
from ebexo.contacts.known import Known
from ebexo.contacts.models import Status
from ebexo.delivery.job import Job
from ebexo.delivery.mapping.contact import Mapped, contact_upsert
from ebexo.outbox.models import State
from ebexo.outbox.retry import backoff
from ebexo.outbox.settle import Outcome
from salesmanago import (
    BadCredentials,
    BasicContact,
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


async def transfer(job: Job, client: Client, *, now: datetime) -> Result:
    """Tell SALESmanago the job's event. Never raises a `SalesmanagoError`: it becomes the outcome."""
    try:
        known = job.known or await _look_up(job, client, now=now)
        opting = opt_in(
            double=job.double_opt_in,
            status_since=known.status_at if known else None,
            own_yes_at=job.own_yes_at,
        )
        mapped = contact_upsert(job.event, rules=job.rules, known=known, bought=job.bought, opt_in=opting)
        answer = await client.upsert_contact(mapped.request)
    except SalesmanagoError as error:
        return Result(job, _failed(error, attempts=job.claimed.message.attempts), error=error)
    outcome = Outcome(
        State.DELIVERED,
        kind="delivered",
        notes=mapped.notes,
        http_status=answer.http_status,
        excerpt=f"contactId {answer.contact_id}",
    )
    return Result(job, outcome, known=_now_known(job, known, mapped, opting, answer, now=now))


async def _look_up(job: Job, client: Client, *, now: datetime) -> Known | None:
    """Before the first transfer: does the account know this person, by the present or by the former address?"""
    customer = job.event.customer
    emails = [email for email in (customer.email, customer.previous_email) if email]
    found = {contact.email.lower(): contact for contact in await client.basic_contacts(emails)}
    there = next((found[email] for email in emails if email in found), None)
    return _as_known(there, now=now) if there else None


def _as_known(contact: BasicContact, *, now: datetime) -> Known:
    """The status was set at the latest when the contact was last modified; without that moment, only just now."""
    modified = contact.modified_at
    return Known(
        contact_id=contact.contact_id,
        email=contact.email.lower(),
        status=Status.OPT_OUT if contact.opted_out else Status.OPT_IN,
        status_at=datetime.fromtimestamp(modified / 1000, UTC) if modified else now,
        is_customer=contact.state == "CUSTOMER",
    )


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


def _failed(error: SalesmanagoError, *, attempts: int) -> Outcome:
    """A contact upsert does no harm when repeated, so everything but a refusal is tried again."""
    kind, state, reason = _kind(error)
    in_doubt = isinstance(error, OutcomeUnknown)
    return Outcome(
        state=state,
        kind=kind,
        reason=reason,
        in_doubt=in_doubt,
        http_status=error.http_status,
        error=str(error),
        retry_after=error.retry_after,
        delay=backoff(attempts, chance=0.5) if in_doubt else timedelta(),
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
