"""Creating and changing one contact."""

from typing import Any

from salesmanago_sandbox.json_text import JsonObject
from salesmanago_sandbox.methods.finding import contact_named
from salesmanago_sandbox.methods.identity import Identity, identified
from salesmanago_sandbox.methods.method import Call, Method
from salesmanago_sandbox.methods.texts import refuse_long_texts
from salesmanago_sandbox.methods.writing import promised_id, write_contact
from salesmanago_sandbox.refusals import RefusedError
from salesmanago_sandbox.replies import Reply, success


def upsert(call: Call) -> Reply:
    """Create the contact or change what is given.

    With `async` the contact may come a while later; the answer has its final id all the same.
    """
    return _written(call, identified(call))


def insert(call: Call) -> Reply:
    """Create only. Whether SALESmanago refuses a contact that is there is not known; we do."""
    identity = identified(call)
    if identity.existing is not None and not identity.existing.deleted:
        raise RefusedError("Contact already exists")
    return _written(call, identity)


def update(call: Call) -> Reply:
    """Change only. The contact is named beside the card, not in it."""
    contact = contact_named(call, call.body)
    card: Any = call.body.get("contact") or {}
    if not isinstance(card, dict):
        raise RefusedError("No email specified")
    named: JsonObject = {**card, "email": None, "contactId": contact.contact_id}
    return upsert(call.about({**call.body, "contact": named}))


def _written(call: Call, identity: Identity) -> Reply:
    refuse_long_texts(call)
    delay = call.switches.async_delay
    if call.body.get("async") is True and delay:
        call.sandbox.later.do(delay, lambda: _write_late(call.later()))
        known = identity.existing.card.get("externalId") if identity.existing else None
        told = call.body["contact"].get("externalId")
        return success(contactId=promised_id(call, identity), externalId=told or known)
    contact = write_contact(call, identity)
    return success(contactId=contact.contact_id, externalId=contact.card.get("externalId"))


def _write_late(call: Call) -> None:
    try:
        write_contact(call, identified(call))
    except RefusedError as refusal:
        # The address was taken in the meantime, or the contact erased.
        call.warn("late_refused", message=str(refusal))
    call.sandbox.journal.changed(call.entry)


METHODS = (
    Method("contact/upsert", upsert),
    Method("contact/insert", insert),
    Method("contact/update", update),
)
