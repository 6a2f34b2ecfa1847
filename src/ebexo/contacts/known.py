"""What a far side knows of a contact: learnt before the first transfer, kept up with every one that is acknowledged."""

from datetime import datetime

from ebexo.contacts.knowledge import Known, Status
from ebexo.contacts.models import Acquaintance


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
