"""Telling SALESmanago a contact, as the event at hand knows them."""

from dataclasses import dataclass, replace
from datetime import datetime

from ebexo.consents.gate import OptIn
from ebexo.contacts.knowledge import Known, Status
from ebexo.delivery.calls import is_history
from ebexo.delivery.job import Job
from ebexo.delivery.mapping.contact import Mapped, contact_upsert
from ebexo.delivery.result import Result, Turn, delivered, failed
from ebexo.delivery.telling.lookup import (
    CONFIRMATION_MAY_BE_MISSING,
    is_needed,
    look_up,
    settled_opt_in,
    taken_address,
)
from ebexo.delivery.telling.words import without_the_person
from salesmanago import Client, ContactUpsert, ContactUpserted, Refused, SalesmanagoError


async def tell_contact(job: Job, client: Client, *, turn: Turn, now: datetime) -> Result:
    """Look the person up where needed, and tell the contact."""
    known = job.known
    if is_needed(job):
        await turn()
        try:
            known = await look_up(job, client, now=now)
        except SalesmanagoError as error:
            return Result(job, failed(error, job, was_told=False), error=error)
    result = await _tell(job, known, client, turn=turn, now=now)
    if not (isinstance(result.error, Refused) and known and known.email != job.event.person.email):
        return result
    await turn()
    try:
        there = await taken_address(job, client, now=now)
    except SalesmanagoError as error:
        return Result(job, failed(error, job, was_told=False), error=error)
    return await _tell(job, there, client, turn=turn, now=now) if there else result


async def _tell(job: Job, known: Known | None, client: Client, *, turn: Turn, now: datetime) -> Result:
    story = Story.of(job, known)
    await turn()
    try:
        answer = await (_tell_quietly if is_history(job) else _tell_alone)(story.request, client)
    except SalesmanagoError as error:
        error.vendor_message = without_the_person(error.vendor_message, story.request)
        return Result(job, failed(error, job, was_told=True), error=error)
    excerpt = f"contactId {answer.contact_id}"
    outcome = delivered(http_status=answer.http_status, excerpt=excerpt, notes=story.notes)
    return Result(job, outcome, known=story.now_known(answer.contact_id, now=now))


async def _tell_alone(request: ContactUpsert, client: Client) -> ContactUpserted:
    return await client.upsert_contact(request)


async def _tell_quietly(request: ContactUpsert, client: Client) -> ContactUpserted:
    """As a batch of one: only a batch can say that no rule and no workflow is to start."""
    answer = await client.upsert_contacts([request], fire_events=False)
    contact_id = answer.contact_ids.get(request.email)
    if contact_id is None:
        raise Refused(http_status=answer.http_status)
    return ContactUpserted(contact_id, None, http_status=answer.http_status)


_STATUS = {OptIn.NOW: Status.OPT_IN, OptIn.ONCE_CONFIRMED: Status.PENDING, OptIn.OUT: Status.OPT_OUT}


@dataclass(frozen=True)
class Story:
    """What a job tells of its contact, whom SALESmanago knew as `known`."""

    job: Job
    known: Known | None
    opting: OptIn
    mapped: Mapped
    notes: tuple[str, ...]

    @classmethod
    def of(cls, job: Job, known: Known | None) -> "Story":
        """History came by no trigger, so it carries no tags; and no batch is known to take consents."""
        opting, notes = settled_opt_in(job, known)
        of_past = is_history(job)
        mapped = contact_upsert(
            job.event,
            rules=replace(job.rules, tags={}) if of_past else job.rules,
            known=known,
            bought=job.bought,
            opt_in=opting,
            consents=() if of_past else job.consents,
        )
        return cls(job, known, opting, mapped, (*mapped.notes, *notes))

    @property
    def request(self) -> ContactUpsert:
        return self.mapped.request

    def now_known(self, contact_id: str, *, now: datetime) -> Known:
        """What SALESmanago knows once it has acknowledged the contact."""
        known, request = self.known, self.request
        status, status_at = self._status(now)
        occurred_at = self.job.event.occurred_at
        return Known(
            contact_id=contact_id,
            email=request.new_email or request.email,
            status=status,
            status_at=status_at,
            customer_id=request.external_id or (known.customer_id if known else None),
            is_customer=request.state == "CUSTOMER" or (known.is_customer if known else False),
            told_at=max(known.told_at, occurred_at) if known and known.told_at else occurred_at,
            told_fields=tuple(sorted(self.mapped.fields.union(known.told_fields if known else ()))),
            sent=True,
        )

    def _status(self, now: datetime) -> tuple[Status, datetime]:
        if self.known and self.opting is OptIn.LEAVE:
            is_unconfirmed = CONFIRMATION_MAY_BE_MISSING in self.notes and self.known.status is Status.OPT_OUT
            return (Status.PENDING, now) if is_unconfirmed else (self.known.status, self.known.status_at)
        set_at = self.job.opted_out_at if self.opting is OptIn.OUT and self.job.opted_out_at else now
        return _STATUS[self.opting], set_at
