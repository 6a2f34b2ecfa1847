"""Contacts as SALESmanago has them."""

from dataclasses import dataclass

from salesmanago.answers.answer import Answer
from salesmanago.answers.reading import read_all, read_number, read_text
from salesmanago.answers.verdict import accepted
from salesmanago.redaction import Redaction


@dataclass(frozen=True, slots=True)
class ContactUpserted:
    """SALESmanago has the contact. `notes` are remarks that came with the success, usually none."""

    contact_id: str
    external_id: str | None
    http_status: int = 200
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BasicContact:
    """A contact as SALESmanago has it. Moments are UNIX times in milliseconds."""

    contact_id: str
    email: str
    name: str | None
    state: str | None
    opted_out: bool
    opted_out_phone: bool
    deleted: bool
    invalid: bool
    external_id: str | None
    created_at: int | None
    modified_at: int | None


def contact_upserted(answer: Answer, redaction: Redaction) -> ContactUpserted:
    """The contact that was added or changed; raises `SalesmanagoError`."""
    said = accepted(answer, redaction)
    contact_id = read_text(said.fields.get("contactId"))
    if contact_id is None:
        raise said.unknown("no_contact_id")
    return ContactUpserted(
        contact_id=contact_id,
        external_id=read_text(said.fields.get("externalId")),
        http_status=said.http_status,
        notes=said.notes,
    )


def found_contact(answer: Answer, redaction: Redaction) -> str | None:
    """The id of the contact that was asked for, None if there is none; raises `SalesmanagoError`."""
    said = accepted(answer, redaction)
    is_there, contact_id = said.fields.get("result"), read_text(said.fields.get("contactId"))
    if is_there is False:
        return None
    if is_there is not True or contact_id is None:
        raise said.unknown("unreadable")
    return contact_id


def basic_contacts(answer: Answer, redaction: Redaction) -> tuple[BasicContact, ...]:
    """The contacts found; raises `SalesmanagoError`."""
    said = accepted(answer, redaction)
    contacts = read_all(said.fields.get("contacts"), lambda item: basic_contact(item, id_name="contactId"))
    if contacts is None:
        raise said.unknown("unreadable")
    return contacts


def basic_contact(item: object, *, id_name: str) -> BasicContact | None:
    """None where the identity or a permission is missing: nobody is written to on a guess."""
    if not isinstance(item, dict):
        return None
    contact_id, email = read_text(item.get(id_name)), read_text(item.get("email"))
    opted_out, opted_out_phone = item.get("optedOut"), item.get("optedOutPhone")
    if (
        not contact_id
        or not email
        or not isinstance(opted_out, bool)
        or not isinstance(opted_out_phone, bool)
    ):
        return None
    return BasicContact(
        contact_id=contact_id,
        email=email,
        name=read_text(item.get("name")),
        state=read_text(item.get("state")),
        opted_out=opted_out,
        opted_out_phone=opted_out_phone,
        deleted=item.get("deleted") is True,
        invalid=item.get("invalid") is True,
        external_id=read_text(item.get("externalId")),
        created_at=read_number(item.get("createdOn")),
        modified_at=read_number(item.get("modifiedOn")),
    )
