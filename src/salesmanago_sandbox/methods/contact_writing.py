"""Creating and changing contacts."""

import uuid

from salesmanago_sandbox.contacts import Contact
from salesmanago_sandbox.json_text import JsonObject
from salesmanago_sandbox.methods.card import apply_card
from salesmanago_sandbox.methods.details import apply_details
from salesmanago_sandbox.methods.identity import Identity, identified
from salesmanago_sandbox.methods.method import Call, Method
from salesmanago_sandbox.methods.opting import apply_flags
from salesmanago_sandbox.notes import Note
from salesmanago_sandbox.replies import Reply, success


def upsert(call: Call) -> Reply:
    """Create the contact or change what is given; what is absent, null or "" stays as it is.

    `async` changes nothing: the answer carries the final contact id and the write is done at once.
    """
    identity = identified(call)
    contact = _existing(call, identity) or _created(call, identity)
    before = _comparable(contact)
    apply_card(call, contact)
    apply_details(call, contact)
    if identity.existing is not None:
        _note_changes(call, contact, before)
    apply_flags(call, contact, is_new=identity.existing is None)
    contact.modified_on = call.now
    call.sandbox.contacts.changed(contact)
    return success(contactId=contact.contact_id, externalId=contact.card.get("externalId"))


def _existing(call: Call, identity: Identity) -> Contact | None:
    contact = identity.existing
    if contact is None or contact.email.lower() == identity.email.lower():
        return contact
    contact.history.append(Note(call.now, "email_changed", {"old": contact.email, "new": identity.email}))
    call.sandbox.contacts.rename(contact, identity.email)
    return contact


def _created(call: Call, identity: Identity) -> Contact:
    contact = Contact(
        client_id=call.account.client_id,
        contact_id=str(uuid.uuid4()),
        email=identity.email,
        created_on=call.now,
        modified_on=call.now,
    )
    contact.history.append(Note(call.now, "created"))
    call.sandbox.contacts.add(contact)
    return contact


def _comparable(contact: Contact) -> JsonObject:
    return {**contact.basic(), **contact.details()}


def _note_changes(call: Call, contact: Contact, before: JsonObject) -> None:
    after = _comparable(contact)
    fields = [name for name, value in after.items() if value != before[name]]
    if fields:
        contact.history.append(Note(call.now, "changed", {"fields": ", ".join(fields)}))


METHODS = (Method("contact/upsert", upsert),)
