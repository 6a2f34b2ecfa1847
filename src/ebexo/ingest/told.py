"""A store event as it was told: read, tidied up, and ready to be accepted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ebexo.events import StoreEvent, parse
from ebexo.ingest.arrival import topic_of
from ebexo.outbox.put import NewMessage
from ebexo.secrets import keyed_hash


@dataclass(frozen=True)
class Told:
    """`payload` is the event as text, the same for equal events, and `sha` the keyed hash of that."""

    event: StoreEvent
    payload: str
    sha: str
    accepted_at: datetime

    def message(self, *, notes: tuple[str, ...] = ()) -> NewMessage:
        """The event on its way into the outbox."""
        return NewMessage(
            event_id=self.event.id,
            type=self.event.type,
            sha=self.sha,
            occurred_at=self.event.occurred_at,
            accepted_at=self.accepted_at,
            notes=notes,
            topic=topic_of(self.event),
        )


def read(event: StoreEvent | Mapping[str, Any], *, now: datetime) -> Told:
    """Raises InvalidEvent with every field at fault."""
    parsed = parse(event, now=now)
    payload = parsed.canonical()
    return Told(parsed, payload, sha=keyed_hash("payload", payload), accepted_at=now)
