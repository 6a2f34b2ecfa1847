"""Status changes learnt from SALESmanago, as a store reads them."""

from typing import Any

from django.db.models import Prefetch

from ebexo.contacts.models import Acquaintance, StatusChange

AT_ONCE = 500
LARGEST_CURSOR = 2**63 - 1


def read_cursor(text: str) -> int | None:
    """The cursor that a store sent, None if it is none."""
    if not (text.isascii() and text.isdigit() and len(text) <= 19):
        return None
    cursor = int(text)
    return cursor if cursor <= LARGEST_CURSOR else None


def changes_after(store_id: int, cursor: int) -> list[dict[str, Any]]:
    """At most 500 changes that follow `cursor`, oldest first.

    `customer_id` and `email` are those that SALESmanago was told; null for a person who was never sent.
    """
    told = Prefetch("contact__acquaintances", Acquaintance.objects.order_by("-pk"))
    found = StatusChange.objects.filter(store_id=store_id, pk__gt=cursor).order_by("pk")
    return [_described(change) for change in found.select_related("contact").prefetch_related(told)[:AT_ONCE]]


def _described(change: StatusChange) -> dict[str, Any]:
    acquaintances = list(change.contact.acquaintances.all())
    there = [row for row in acquaintances if row.remote == change.remote] or acquaintances
    told = there[0] if there else None
    return {
        "cursor": change.pk,
        "at": change.at.isoformat(),
        "customer_id": told.customer_id if told else None,
        "email": told.email if told else None,
        "channel": "email",
        "status": change.status,
        "source": change.source,
    }
