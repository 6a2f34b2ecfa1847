"""What became of a batch, item by item as far as SALESmanago tells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from salesmanago.answers.answer import Answer
from salesmanago.answers.reading import read_number, read_text
from salesmanago.answers.verdict import accepted
from salesmanago.redaction import Redaction


@dataclass(frozen=True, slots=True)
class ContactsUpserted:
    """The contacts of a batch: those that SALESmanago has, and the e-mails of those it did not name.

    E-mails are as they were sent, in lower case; of a contact whose e-mail changed, it is the former one.
    A missing one was not taken, or was taken without being named: the same contact may be sent again.
    """

    contact_ids: Mapping[str, str]  # by e-mail
    missing: tuple[str, ...]
    http_status: int = 200
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ContactsQueued:
    """SALESmanago has the batch and will work it off. What becomes of a single contact it does not tell."""

    request_id: str
    http_status: int = 200
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EventsAdded:
    """How many events of a batch were added and how many not, as SALESmanago counts them.

    The sum may differ from what was sent. `failed_contacts` are e-mails in lower case and contact ids, as
    they were sent; a contact with several events in the batch does not show which of them failed.
    """

    created_amount: int
    failed_amount: int
    failed_contacts: tuple[str, ...] = field(repr=False)
    http_status: int = 200
    notes: tuple[str, ...] = ()


def contacts_upserted(
    answer: Answer, redaction: Redaction, *, sent: Sequence[Mapping[str, Any]]
) -> ContactsUpserted:
    """What became of the items of `sent`; raises `SalesmanagoError`."""
    said = accepted(answer, redaction, detailed=_names_contacts)
    if not isinstance(said.fields.get("contactIds"), dict):
        raise said.unknown("unreadable")
    named = {email.strip().lower(): read_text(found) for email, found in said.fields["contactIds"].items()}
    found = {item["contact"]["email"]: _id_of(item, named) for item in sent}
    return ContactsUpserted(
        contact_ids={email: contact_id for email, contact_id in found.items() if contact_id},
        missing=tuple(email for email, contact_id in found.items() if not contact_id),
        http_status=said.http_status,
        notes=said.notes,
    )


def contacts_queued(answer: Answer, redaction: Redaction) -> ContactsQueued:
    """The number of the job; raises `SalesmanagoError`."""
    said = accepted(answer, redaction)
    request_id = said.fields.get("requestId")
    number = read_number(request_id)
    text = read_text(request_id) if number is None else str(number)
    if text is None:
        raise said.unknown("no_request_id")
    return ContactsQueued(request_id=text, http_status=said.http_status, notes=said.notes)


def events_added(answer: Answer, redaction: Redaction) -> EventsAdded:
    """What became of the events; raises `SalesmanagoError`."""
    said = accepted(answer, redaction, detailed=_counts_events)
    created, failed = (read_number(said.fields.get(name)) for name in ("createdAmount", "failedAmount"))
    if created is None or failed is None:
        raise said.unknown("unreadable")
    return EventsAdded(
        created_amount=created,
        failed_amount=failed,
        failed_contacts=_contacts(said.fields.get("failedContacts")),
        http_status=said.http_status,
        notes=said.notes,
    )


def _names_contacts(fields: Mapping[str, Any]) -> bool:
    contact_ids = fields.get("contactIds")
    return isinstance(contact_ids, dict) and bool(contact_ids)


def _counts_events(fields: Mapping[str, Any]) -> bool:
    """Does a no say of each event what became of it? Where all failed without a name, it does not."""
    created = read_number(fields.get("createdAmount"))
    return created is not None and (created > 0 or bool(_contacts(fields.get("failedContacts"))))


def _id_of(item: Mapping[str, Any], named: Mapping[str, str | None]) -> str | None:
    """Named by the former or by the new e-mail: which of them is not documented."""
    return named.get(item["contact"]["email"]) or named.get(item.get("newEmail", ""))


def _contacts(listed: object) -> tuple[str, ...]:
    """Contact ids as they are; e-mails in lower case, as they are sent."""
    texts = (read_text(entry) for entry in listed) if isinstance(listed, list) else ()
    return tuple(text.lower() if "@" in text else text for text in texts if text)
