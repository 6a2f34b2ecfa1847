"""What a far side knows of a contact: learnt before the first transfer, kept up with every one that is acknowledged."""

from dataclasses import dataclass
from datetime import datetime

from ebexo.contacts.models import Acquaintance, Status


@dataclass(frozen=True)
class Known:
    """A contact as SALESmanago knows them.

    `told_at` is the moment of the newest event told, `told_fields` the fields told so far; `sent` is whether a
    transfer of ours was ever acknowledged.
    """

    contact_id: str
    email: str
    status: Status
    status_at: datetime
    is_customer: bool = False
    told_at: datetime | None = None
    told_fields: tuple[str, ...] = ()
    sent: bool = False


def known(contact_id: int, *, remote: str) -> Known | None:
    """What this far side knows of our contact number `contact_id`; None before anything was learnt."""
    row = Acquaintance.objects.filter(contact_id=contact_id, remote=remote).first()
    return _from_row(row) if row else None


def learn(contact_id: int, *, remote: str, known: Known, now: datetime) -> None:
    """Keep what an acknowledged transfer taught us."""
    Acquaintance.objects.update_or_create(
        contact_id=contact_id,
        remote=remote,
        defaults={
            "vendor_id": known.contact_id,
            "email": known.email,
            "status": known.status,
            "status_at": known.status_at,
            "is_customer": known.is_customer,
            "told_at": known.told_at,
            "told_fields": list(known.told_fields),
            "acknowledged_at": now,
        },
    )


def _from_row(row: Acquaintance) -> Known:
    return Known(
        contact_id=row.vendor_id,
        email=row.email,
        status=Status(row.status),
        status_at=row.status_at,
        is_customer=row.is_customer,
        told_at=row.told_at,
        told_fields=tuple(row.told_fields),
        sent=row.acknowledged_at is not None,
    )
