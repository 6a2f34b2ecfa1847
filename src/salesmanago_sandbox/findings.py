"""What an integration does that it should not, found in what it sent."""

from collections import defaultdict

from salesmanago_sandbox.events import ExternalEvent
from salesmanago_sandbox.notes import Note
from salesmanago_sandbox.sandbox import Sandbox

# Warnings of single requests that are worth being seen from afar.
WORTH_SEEING = (
    "no_flag",
    "no_flag_in",
    "both_flags",
    "both_flags_in",
    "created_by_event",
    "cut",
    "rounded",
    "date_in_seconds",
    "event_of_nothing",
    "odd_location",
    "restored",
)
CART_MS = 12 * 60 * 60 * 1000


def findings(sandbox: Sandbox, *, now: int) -> list[Note]:
    """Oldest first."""
    warned = [note for entry in sandbox.journal for note in entry.warnings if note.code in WORTH_SEEING]
    found = [*warned, *_duplicates(sandbox), *_left_carts(sandbox, now=now)]
    return sorted(found, key=lambda note: note.at)


def _duplicates(sandbox: Sandbox) -> list[Note]:
    """An order that is bought and later returned has two events of different types: no duplicate."""
    alike: dict[tuple[str, str, str], list[ExternalEvent]] = defaultdict(list)
    for event in sandbox.events:
        external_id, kind = event.fields.get("externalId"), event.fields["contactExtEventType"]
        if external_id:
            alike[event.client_id, kind, external_id].append(event)
    return [
        Note(
            events[-1].created_at,
            "duplicate_event",
            {"count": str(len(events)), "type": kind, "external_id": external_id},
        )
        for (_, kind, external_id), events in alike.items()
        if len(events) > 1
    ]


def _left_carts(sandbox: Sandbox, *, now: int) -> list[Note]:
    return [
        Note(
            event.written_at + CART_MS,
            "cart_left",
            {"event_id": event.event_id, "email": _email(sandbox, event)},
        )
        for event in sandbox.events
        if event.fields["contactExtEventType"] == "CART" and event.written_at <= now - CART_MS
    ]


def _email(sandbox: Sandbox, event: ExternalEvent) -> str:
    contact = sandbox.contacts.by_id(event.client_id, event.contact_id)
    return contact.email if contact else ""
