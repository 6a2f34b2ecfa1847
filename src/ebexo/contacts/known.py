"""What a far side knows of a contact: learnt before the first transfer, kept up with every one that is acknowledged."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import connection, transaction

from ebexo.as_stored import as_json, moment
from ebexo.contacts.knowledge import Known, Status
from ebexo.contacts.models import Acquaintance
from ebexo.statements import Rows, change

_COLUMNS = (
    "contact_id", "vendor_id", "email", "customer_id", "status", "status_at", "is_customer", "told_at", "told_fields",
    "acknowledged_at",
)  # fmt: skip
_KNOWN = Rows(Acquaintance, "contact_id IN ({}) AND remote = {}", only=_COLUMNS)


def known(contact_id: int, *, remote: str) -> Known | None:
    """What this far side knows of our contact number `contact_id`; None before anything was learnt."""
    return all_known([contact_id], remote=remote).get(contact_id)


def all_known(contact_ids: list[int], *, remote: str) -> dict[int, Known]:
    """What this far side knows of these contacts, by their numbers; those it knows nothing of are left out."""
    return {contact_id: _known(*columns) for contact_id, *columns in _KNOWN.values(contact_ids, remote)}


def learn(contact_id: int, *, remote: str, known: Known, now: datetime, former: Known | None = None) -> None:
    """Keep what an acknowledged transfer taught us; of somebody who asked to be forgotten meanwhile, nothing.

    `former` is what was known when the transfer began. A status that SALESmanago told during it stands, unless the
    transfer set another one later.
    """
    learn_all([Lesson(contact_id, known, former)], remote=remote, now=now)


@dataclass(frozen=True)
class Lesson:
    """What an acknowledged transfer of our contact number `contact_id` taught, see `learn`."""

    contact_id: int
    known: Known
    former: Known | None


def learn_all(lessons: Sequence[Lesson], *, remote: str, now: datetime) -> None:
    """The same for several contacts, each at most once."""
    if not lessons:
        return
    numbers = sorted(lesson.contact_id for lesson in lessons)
    with transaction.atomic(savepoint=False):
        there = _still_there(numbers)
        standing = {number: (status, at) for number, status, at in _STANDING.values(numbers, remote)}
        acknowledged_at = moment(now)
        learnt = [
            _row(lesson.contact_id, remote, _still(lesson, standing.get(lesson.contact_id)), acknowledged_at)
            for lesson in lessons
            if lesson.contact_id in there
        ]
        change(_LEARN, learnt)


def _still_there(contact_ids: list[int]) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(_STILL_THERE.format(", ".join(["%s"] * len(contact_ids))), contact_ids)
        return {number for (number,) in cursor.fetchall()}


_STILL_THERE = "SELECT id FROM ebexo_contacts_contact WHERE id IN ({}) AND erased_at IS NULL"
_STANDING = Rows(
    Acquaintance,
    "contact_id IN ({}) AND remote = {} ORDER BY contact_id",
    only=("contact_id", "status", "status_at"),
    locked=True,
)
_LEARN = """
    INSERT INTO ebexo_contacts_acquaintance (
        contact_id, remote, vendor_id, email, customer_id, status, status_at, is_customer, told_at, told_fields,
        acknowledged_at
    ) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (contact_id, remote) DO UPDATE SET
        vendor_id = excluded.vendor_id, email = excluded.email, customer_id = excluded.customer_id,
        status = excluded.status, status_at = excluded.status_at, is_customer = excluded.is_customer,
        told_at = excluded.told_at, told_fields = excluded.told_fields, acknowledged_at = excluded.acknowledged_at
"""


def _still(lesson: Lesson, standing: tuple[str, datetime] | None) -> Known:
    known, former = lesson.known, lesson.former
    if standing and former:
        status, status_at = standing
        if status_at != former.status_at and status_at > known.status_at:
            return replace(known, status=_STATUSES[status], status_at=status_at)
    return known


def _row(contact_id: int, remote: str, known: Known, acknowledged_at: object) -> Sequence[object]:
    return (
        contact_id,
        remote,
        known.contact_id,
        known.email,
        known.customer_id,
        known.status.value,
        moment(known.status_at),
        known.is_customer,
        moment(known.told_at),
        as_json(known.told_fields),
        acknowledged_at,
    )


def learn_of(contact_id: int, *, remote: str, known: Known) -> None:
    """Keep that the far side has this contact, whom we never sent, unless something is known already."""
    Acquaintance.objects.get_or_create(
        contact_id=contact_id,
        remote=remote,
        defaults={
            "vendor_id": known.contact_id,
            "email": known.email,
            "status": known.status,
            "status_at": known.status_at,
            "is_customer": known.is_customer,
        },
    )


def _known(
    vendor_id: str,
    email: str,
    customer_id: str | None,
    status: str,
    status_at: datetime,
    is_customer: bool,  # noqa: FBT001
    told_at: datetime | None,
    told_fields: list[str],
    acknowledged_at: datetime | None,
) -> Known:
    return Known(
        contact_id=vendor_id,
        email=email,
        customer_id=customer_id,
        status=_STATUSES[status],
        status_at=status_at,
        is_customer=is_customer,
        told_at=told_at,
        told_fields=tuple(told_fields),
        sent=acknowledged_at is not None,
    )


_STATUSES = {status.value: status for status in Status}
