"""Looking whether SALESmanago has an event, where the answer to a try got lost."""

from dataclasses import dataclass

from salesmanago import Client, ContactEvent, EventKind, RecordedEvent

LISTED_WHOLE = 50
"""Of how many events we believe that the list is whole. Nothing is published about where SALESmanago cuts it."""


@dataclass(frozen=True)
class Found:
    """SALESmanago has it; its id is None where the list does not tell ids."""

    event_id: str | None


@dataclass(frozen=True)
class Missing:
    """It is certainly not there."""


@dataclass(frozen=True)
class Unknowable:
    """It is not among what is listed, and the list may not be whole."""


async def look_for(
    event: ContactEvent, client: Client, *, email: str | None = None, contact_id: str | None = None
) -> Found | Missing | Unknowable:
    """Look through the events of the contact, named in exactly one way. Raises `SalesmanagoError`."""
    found = await (client.full_contacts([email]) if email else client.full_contacts_by_id([contact_id or ""]))
    if not found:
        return Missing()
    listed = found[0].events
    if listed is None:
        return Unknowable()
    same = next((recorded for recorded in listed if _is_same(recorded, event)), None)
    if same is not None:
        return Found(same.event_id)
    return Missing() if len(listed) < LISTED_WHOLE else Unknowable()


def _is_same(recorded: RecordedEvent, event: ContactEvent) -> bool:
    """By kind and external id; a return by its number besides, and a cart, which may have had others, by its moment."""
    if (recorded.kind, recorded.external_id) != (event.kind, event.external_id):
        return False
    if event.kind is EventKind.RETURN:
        return recorded.details.get(2) == event.details.get(2)
    return event.kind is not EventKind.CART or recorded.occurred_at == event.occurred_at
