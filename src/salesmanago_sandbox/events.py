"""External events and how they are found again."""

from collections.abc import Iterator
from dataclasses import dataclass

from salesmanago_sandbox.json_text import JsonObject


@dataclass
class ExternalEvent:
    """`fields` are those of `contactEvent` as last written; `created_at` and `written_at` are our moments."""

    event_id: str
    client_id: str
    contact_id: str
    fields: JsonObject
    created_at: int
    written_at: int

    def told(self) -> JsonObject:
        """The event as it is read back with its contact."""
        return {"eventId": self.event_id, **self.fields}


class EventBook:
    """All events of all accounts, oldest first. Nothing is ever taken for a duplicate."""

    def __init__(self) -> None:
        self._by_id: dict[tuple[str, str], ExternalEvent] = {}
        self._by_contact: dict[tuple[str, str], dict[str, ExternalEvent]] = {}

    def add(self, event: ExternalEvent) -> None:
        self._by_id[event.client_id, event.event_id] = event
        self._by_contact.setdefault((event.client_id, event.contact_id), {})[event.event_id] = event

    def by_id(self, client_id: str, event_id: str) -> ExternalEvent | None:
        return self._by_id.get((client_id, event_id))

    def by_external_id(self, client_id: str, external_id: str) -> list[ExternalEvent]:
        own = [event for event in self if event.client_id == client_id]
        return [event for event in own if event.fields.get("externalId") == external_id]

    def of_contact(self, client_id: str, contact_id: str) -> list[ExternalEvent]:
        return list(self._by_contact.get((client_id, contact_id), {}).values())

    def remove(self, event: ExternalEvent) -> None:
        del self._by_id[event.client_id, event.event_id]
        del self._by_contact[event.client_id, event.contact_id][event.event_id]

    def forget(self, client_id: str, contact_id: str) -> None:
        """All events of an erased contact."""
        for event_id in self._by_contact.pop((client_id, contact_id), {}):
            del self._by_id[client_id, event_id]

    def __iter__(self) -> Iterator[ExternalEvent]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)
