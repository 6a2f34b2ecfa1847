"""A contact with what belongs to it: tags, details and events."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from salesmanago.answers.answer import Answer
from salesmanago.answers.contact import BasicContact, basic_contact
from salesmanago.answers.reading import read_all, read_prose, read_text
from salesmanago.answers.recorded_event import RecordedEvent, recorded_event
from salesmanago.answers.verdict import accepted
from salesmanago.redaction import Redaction


@dataclass(frozen=True, slots=True)
class FullContact:
    """A contact and what belongs to it.

    `events` is None where the answer does not list events at all: then nothing is known of them, and an
    event that is looked for may well be there.
    """

    basic: BasicContact
    province: str | None
    tags: tuple[str, ...]
    properties: Mapping[str, str]
    events: tuple[RecordedEvent, ...] | None


def full_contacts(answer: Answer, redaction: Redaction) -> tuple[FullContact, ...]:
    """The contacts found; raises `SalesmanagoError`."""
    said = accepted(answer, redaction)
    contacts = read_all(said.fields.get("contacts"), _full_contact)
    if contacts is None:
        raise said.unknown("unreadable")
    return contacts


def _full_contact(item: object) -> FullContact | None:
    """None where the basic data or an event cannot be read: a missing one would be sent once more."""
    basic = basic_contact(item, id_name="id")
    if basic is None or not isinstance(item, dict):
        return None
    listed = item.get("contactExtEvents")
    events = read_all(listed, recorded_event)
    if events is None and listed is not None:
        return None
    return FullContact(
        basic=basic,
        province=read_text(item.get("province")),
        tags=_tags(item.get("contactTags")),
        properties=_properties(item.get("properties")),
        events=events,
    )


def _tags(listed: Any) -> tuple[str, ...]:
    tags = (read_text(entry.get("tag")) for entry in _objects(listed))
    return tuple(tag for tag in tags if tag)


def _properties(listed: Any) -> dict[str, str]:
    pairs = ((read_text(entry.get("name")), read_prose(entry.get("value"))) for entry in _objects(listed))
    return {name: value for name, value in pairs if name and value}


def _objects(listed: Any) -> list[dict[str, Any]]:
    return [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []
