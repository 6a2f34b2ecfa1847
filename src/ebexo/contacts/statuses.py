"""Statuses of the e-mail channel that SALESmanago tells us: by a callback, or because we asked."""

from datetime import datetime
from enum import StrEnum

from ebexo.contacts.erasing import note_opt_out
from ebexo.contacts.knowledge import Status
from ebexo.contacts.models import Acquaintance, Contact, Kind, StatusChange
from ebexo.contacts.resolve import find


class Source(StrEnum):
    """How we learnt of a status."""

    CALLBACK = "callback"
    READ_BACK = "read_back"


def person_behind(email: str, *, store_id: int, remote: str) -> Contact | None:
    """The person this far side knows by `email`; where it was told of nobody by it, whoever has the address here.

    Somebody's new address may still be on its way there.
    """
    told = Acquaintance.objects.filter(remote=remote, email=email.lower(), contact__store_id=store_id)
    acquaintance = told.select_related("contact").first()
    if acquaintance:
        return acquaintance.contact
    return find(store_id, kind=Kind.EMAIL.value, value=email)


def standing_status(contact: Contact, *, remote: str) -> Status | None:
    """The status as far as we know: what the far side has, or last said of somebody who was never sent to it."""
    told = (
        Acquaintance.objects.filter(contact=contact, remote=remote).values_list("status", flat=True).first()
    )
    if told is None:
        said = StatusChange.objects.filter(contact=contact, remote=remote).order_by("-pk")
        told = said.values_list("status", flat=True).first()
    return Status(told) if told else None


def keep_status(contact: Contact, *, remote: str, status: Status, at: datetime, source: Source) -> None:
    """Write down a status that is news. Call it inside a transaction."""
    Acquaintance.objects.filter(contact=contact, remote=remote).update(status=status, status_at=at)
    if status is Status.OPT_OUT:
        note_opt_out(contact, at=at)
    StatusChange.objects.create(
        store_id=contact.store_id, contact=contact, remote=remote, at=at, status=status, source=source
    )
