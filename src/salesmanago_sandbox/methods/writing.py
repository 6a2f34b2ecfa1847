"""How a contact is created and changed, whichever method asks for it."""

import uuid

from salesmanago_sandbox.contacts import Contact
from salesmanago_sandbox.json_text import JsonObject
from salesmanago_sandbox.methods.card import apply_card
from salesmanago_sandbox.methods.details import apply_details
from salesmanago_sandbox.methods.identity import Identity
from salesmanago_sandbox.methods.method import Call
from salesmanago_sandbox.methods.opting import apply_flags
from salesmanago_sandbox.notes import Note


def write_contact(call: Call, identity: Identity) -> Contact:
    """Create the contact or change what is given; what is absent, null or "" stays as it is."""
    contact = _existing(call, identity) or create_contact(call, identity.email)
    before = _comparable(contact)
    apply_card(call, contact)
    apply_details(call, contact)
    if identity.existing is not None:
        _note_changes(call, contact, before)
    apply_flags(call, contact, is_new=identity.existing is None)
    contact.modified_on = call.now
    call.sandbox.contacts.changed(contact)
    return contact


def create_contact(call: Call, email: str) -> Contact:
    """A contact with nothing but its address, under the id that was promised for it, if one was."""
    promised = call.sandbox.promised_ids.pop(_promise(call, email), None)
    contact = Contact(
        client_id=call.account.client_id,
        contact_id=promised or str(uuid.uuid4()),
        email=email,
        created_on=_created_on(call),
        modified_on=call.now,
        owner=call.body.get("owner"),
    )
    contact.history.append(Note(call.now, "created"))
    call.sandbox.contacts.add(contact)
    return contact


def promised_id(call: Call, identity: Identity) -> str:
    """The id the contact has, or will have once it is written."""
    if identity.existing is not None:
        return identity.existing.contact_id
    return call.sandbox.promised_ids.setdefault(_promise(call, identity.email), str(uuid.uuid4()))


def _promise(call: Call, email: str) -> tuple[str, str]:
    case_matters = call.switches.email_case == "sensitive"
    return call.account.client_id, email if case_matters else email.lower()


def _created_on(call: Call) -> int:
    told = call.body.get("createdOn")
    takes = call.switches.created_on == "accept" and isinstance(told, int) and not isinstance(told, bool)
    return told if takes and told is not None else call.now


def _existing(call: Call, identity: Identity) -> Contact | None:
    contact = identity.existing
    if contact is None:
        return None
    if contact.deleted:
        contact.deleted = False
        contact.history.append(Note(call.now, "restored", {"email": contact.email}))
        call.warn("restored", email=contact.email)
    if contact.email.lower() != identity.email.lower():
        values = {"old": contact.email, "new": identity.email}
        contact.history.append(Note(call.now, "email_changed", values))
        call.sandbox.contacts.rename(contact, identity.email)
    return contact


def _comparable(contact: Contact) -> JsonObject:
    return {**contact.basic(), **contact.details()}


def _note_changes(call: Call, contact: Contact, before: JsonObject) -> None:
    after = _comparable(contact)
    fields = [name for name, value in after.items() if value != before[name]]
    if fields:
        contact.history.append(Note(call.now, "changed", {"fields": ", ".join(fields)}))
