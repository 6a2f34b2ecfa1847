"""Many contacts or many events in one request."""

from collections.abc import Sequence
from typing import Any

from salesmanago.limits import BATCH_ITEMS
from salesmanago.messages.contact import ContactUpsert
from salesmanago.messages.event import AddEvent


def contact_batch(contacts: Sequence[ContactUpsert], *, fire_events: bool) -> dict[str, Any]:
    """The contacts as one request; `ValueError` for none, for more than 1000, and for one address twice."""
    _check_size(contacts)
    items = [contact.to_batch_item() for contact in contacts]
    if len({item["contact"]["email"] for item in items}) < len(items):
        raise ValueError("an e-mail occurs twice in one batch")
    return {
        # Left out, SALESmanago takes it for true and writes to everybody in the batch.
        "useApiDoubleOptIn": False,
        "fireEvents": fire_events,
        "upsertDetails": items,
    }


def event_batch(events: Sequence[AddEvent]) -> dict[str, Any]:
    """The events as one request; `ValueError` for none and for more than 1000."""
    _check_size(events)
    return {"events": [event.to_batch_item() for event in events]}


def _check_size(batch: Sequence[object]) -> None:
    if not 1 <= len(batch) <= BATCH_ITEMS:
        raise ValueError(f"a batch has 1 to {BATCH_ITEMS} items, not {len(batch)}")
