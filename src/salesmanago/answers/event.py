"""What became of an event."""

from dataclasses import dataclass

from salesmanago.answers.answer import Answer
from salesmanago.answers.reading import read_text
from salesmanago.answers.verdict import accepted
from salesmanago.redaction import Redaction


@dataclass(frozen=True, slots=True)
class EventStored:
    """SALESmanago has the event. `notes` are remarks that came with the success, usually none."""

    event_id: str
    http_status: int = 200
    notes: tuple[str, ...] = ()


def event_stored(answer: Answer, redaction: Redaction) -> EventStored:
    """The event that was added or changed; raises `SalesmanagoError`."""
    said = accepted(answer, redaction)
    event_id = read_text(said.fields.get("eventId"))
    if event_id is None:
        raise said.unknown("no_event_id")
    return EventStored(event_id=event_id, http_status=said.http_status, notes=said.notes)
