"""Taking people back out of SALESmanago: off the mailing, or altogether."""

from dataclasses import replace
from datetime import datetime

from ebexo.contacts.knowledge import Known, Status
from ebexo.delivery.job import Job
from ebexo.delivery.mapping.contact import opt_out
from ebexo.delivery.result import Result, Turn, delivered, failed
from ebexo.delivery.telling.words import without_the_person
from ebexo.outbox.states import Outcome, State
from salesmanago import Client, ContactUpsert, Refused, SalesmanagoError


async def take_off(job: Job, client: Client, *, turn: Turn, now: datetime) -> Result:
    """The one opt-out. What SALESmanago knows of the person otherwise stays as it is."""
    request = opt_out(job.event, known=job.known, consents=job.consents)
    await turn()
    try:
        answer = await client.upsert_contact(request)
    except SalesmanagoError as error:
        error.vendor_message = without_the_person(error.vendor_message, request)
        return Result(job, failed(error, job, was_told=True), error=error)
    said_no_at = job.own_no_at or now  # not when it was told: a yes given since then is newer
    known = replace(
        job.known or Known(answer.contact_id, request.email, Status.OPT_OUT, said_no_at),
        contact_id=answer.contact_id,
        status=Status.OPT_OUT,
        status_at=said_no_at,
        sent=True,
    )
    return Result(
        job, delivered(http_status=answer.http_status, excerpt=f"contactId {answer.contact_id}"), known=known
    )


async def erase(job: Job, client: Client, *, turn: Turn, now: datetime) -> Result:  # noqa: ARG001
    """Delete the contact for good, under each address by which SALESmanago may know the person."""
    customer = job.event.person
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
            return Result(job, failed(second, job, was_told=False), error=second)
        if is_there:
            error.vendor_message = without_the_person(error.vendor_message, ContactUpsert(email=email))
            return Result(job, failed(error, job, was_told=True), error=error)
    except SalesmanagoError as error:
        return Result(job, failed(error, job, was_told=True), error=error)
    return None
