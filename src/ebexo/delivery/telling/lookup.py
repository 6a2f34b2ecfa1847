"""Asking SALESmanago what it knows of a person, where we have not told it ourselves or do not know what came of it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from ebexo.consents.gate import OptIn, opt_in
from ebexo.contacts.knowledge import Known
from ebexo.delivery.as_known import as_known
from ebexo.delivery.calls import is_history
from ebexo.delivery.job import Job
from salesmanago import BasicContact, Client

CONFIRMATION_MAY_BE_MISSING = "confirmation_may_be_missing"
NEVER_CONFIRMED = "never_confirmed"
"""A contact of history that is told as opted out, since SALESmanago never had their e-mail confirmed."""


def opt_in_of(job: Job, known: Known | None) -> OptIn:
    """The opt-in of this job for a contact that SALESmanago knows as `known`."""
    status_since = known.status_at if known else None
    return opt_in(
        double=job.double_opt_in,
        status_since=status_since,
        own_yes_at=job.own_yes_at,
        standing_yes_at=job.standing_yes_at,
        opted_out_at=job.opted_out_at,
    )


def is_needed(job: Job) -> bool:
    """Before a first transfer, and where an opt-in is in doubt: it must not be repeated over an opt-out since."""
    in_doubt = job.claimed.message.in_doubt
    return (
        job.known is None or not job.known.sent or (in_doubt and opt_in_of(job, job.known) is not OptIn.LEAVE)
    )


async def look_up(job: Job, client: Client, *, now: datetime) -> Known | None:
    """What SALESmanago knows of the person, by the present or by the former address, beside what was told."""
    return seen(job, await client.basic_contacts(addresses(job)), now=now)


def addresses(job: Job) -> list[str]:
    """The addresses by which SALESmanago may know the person."""
    customer = job.event.person
    emails = (_told_email(job), customer.email, customer.previous_email)
    return list(dict.fromkeys(email for email in emails if email))


def seen(job: Job, contacts: Iterable[BasicContact], *, now: datetime) -> Known | None:
    """What is known of the job's person now that SALESmanago showed these contacts."""
    found = {contact.email.lower(): contact for contact in contacts}
    there = next((as_known(found[email], now=now) for email in addresses(job) if email in found), None)
    if there is None or job.known is None:
        return there
    return replace(job.known, email=there.email, status=there.status, status_at=there.status_at)


async def taken_address(job: Job, client: Client, *, now: datetime) -> Known | None:
    """The contact that has this person's new address already: SALESmanago can't make two contacts one.

    From now on the person is that contact. Without this, everything of theirs would be refused for good.
    """
    found = await client.basic_contacts([job.event.person.email])
    return as_known(found[0], now=now) if found else None


def settled_opt_in(job: Job, known: Known | None) -> tuple[OptIn, tuple[str, ...]]:
    """The opt-in after looking, and a note for the merchant.

    A confirmation e-mail is asked for once. Where the try in doubt asked for one and the contact is there, it may
    have gone out, so it is not asked for again. History never asks for one: whoever SALESmanago knows keeps their
    status, and somebody unknown there, who never confirmed, is opted out until they say yes themselves.
    """
    if is_history(job) and opt_in_of(job, known) is OptIn.ONCE_CONFIRMED:
        return (OptIn.LEAVE, ()) if known else (OptIn.OUT, (NEVER_CONFIRMED,))
    if known and job.claimed.message.in_doubt and opt_in_of(job, job.known) is OptIn.ONCE_CONFIRMED:
        return OptIn.LEAVE, (CONFIRMATION_MAY_BE_MISSING,)
    return opt_in_of(job, known), ()


def _told_email(job: Job) -> str | None:
    return job.known.email if job.known else None
