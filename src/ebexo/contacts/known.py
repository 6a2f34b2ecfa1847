"""What a far side knows of a contact: learnt before the first transfer, kept up with every one that is acknowledged."""

from dataclasses import replace
from datetime import datetime

from django.db import transaction

from ebexo.contacts.knowledge import Known, Status
from ebexo.contacts.models import Acquaintance, Contact


def known(contact_id: int, *, remote: str) -> Known | None:
    """What this far side knows of our contact number `contact_id`; None before anything was learnt."""
    row = Acquaintance.objects.filter(contact_id=contact_id, remote=remote).first()
    return _from_row(row) if row else None


def learn(contact_id: int, *, remote: str, known: Known, now: datetime, former: Known | None = None) -> None:
    """Keep what an acknowledged transfer taught us; of somebody who asked to be forgotten meanwhile, nothing.

    `former` is what was known when the transfer began. A status that SALESmanago told during it stands, unless the
    transfer set another one later.
    """
    with transaction.atomic():
        if not Contact.objects.filter(pk=contact_id, erased_at=None).exists():
            return
        row = Acquaintance.objects.select_for_update().filter(contact_id=contact_id, remote=remote).first()
        if row and former and row.status_at != former.status_at and row.status_at > known.status_at:
            known = replace(known, status=Status(row.status), status_at=row.status_at)
        Acquaintance.objects.update_or_create(
            contact_id=contact_id,
            remote=remote,
            defaults={
                "vendor_id": known.contact_id,
                "email": known.email,
                "customer_id": known.customer_id,
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
        customer_id=row.customer_id,
        status=Status(row.status),
        status_at=row.status_at,
        is_customer=row.is_customer,
        told_at=row.told_at,
        told_fields=tuple(row.told_fields),
        sent=row.acknowledged_at is not None,
    )
