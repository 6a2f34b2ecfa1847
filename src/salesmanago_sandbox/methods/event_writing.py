"""Adding, changing and deleting one external event."""

import uuid
from collections.abc import Callable

from salesmanago_sandbox.contacts import Contact
from salesmanago_sandbox.events import ExternalEvent
from salesmanago_sandbox.json_text import JsonObject
from salesmanago_sandbox.methods.event_fields import event_fields
from salesmanago_sandbox.methods.finding import by_email, contact_named, text
from salesmanago_sandbox.methods.identity import check_email
from salesmanago_sandbox.methods.method import Call, Method
from salesmanago_sandbox.methods.opting import apply_flags
from salesmanago_sandbox.methods.writing import create_contact
from salesmanago_sandbox.notes import Note
from salesmanago_sandbox.refusals import RefusedError
from salesmanago_sandbox.replies import Reply, success

Write = Callable[[], ExternalEvent]


def add(call: Call) -> Reply:
    """A new event every time: nothing is ever taken for a duplicate."""
    return success(eventId=to_add(call)().event_id)


def update(call: Call) -> Reply:
    return success(eventId=to_change(call)().event_id)


def delete(call: Call) -> Reply:
    _delete(call, _known(call, call.body.get("eventId")))
    return success(result="deleted")


def delete_v2(call: Call) -> Reply:
    """By `eventId`, or all events of an `externalId`."""
    external_id = text(call.body.get("externalId"))
    if call.body.get("eventId") or not external_id:
        return delete(call)
    events = call.sandbox.events.by_external_id(call.account.client_id, external_id)
    if not events:
        raise RefusedError(call.switches.event_not_found_text)
    for event in events:
        _delete(call, event)
    return success(result="deleted")


def to_add(call: Call) -> Write:
    """Read the event now (RefusedError), store it when called. Then only its contact may still be refused."""
    fields = event_fields(call, call.body.get("contactEvent"))

    def write() -> ExternalEvent:
        contact = _contact(call)
        event = ExternalEvent(
            event_id=str(uuid.uuid4()),
            client_id=contact.client_id,
            contact_id=contact.contact_id,
            fields=fields,
            created_at=call.now,
            written_at=call.now,
        )
        call.sandbox.events.add(event)
        _note(call, event, "event_added")
        return event

    return write


def to_change(call: Call) -> Write:
    """Read the event now (RefusedError), replace the one with its `eventId` when called.

    What the request leaves out is gone then, unless the switches say otherwise.
    """
    given = call.body.get("contactEvent")
    event = _known(call, given.get("eventId") if isinstance(given, dict) else None)
    kept: JsonObject = event.fields if call.switches.event_update == "merge" else {}
    fields = event_fields(call, {**kept, **(given or {})})

    def write() -> ExternalEvent:
        event.fields = fields
        event.written_at = call.now
        _note(call, event, "event_changed")
        return event

    return write


def _known(call: Call, event_id: object) -> ExternalEvent:
    event = call.sandbox.events.by_id(call.account.client_id, text(event_id))
    if event is None:
        raise RefusedError(call.switches.event_not_found_text)
    return event


def _contact(call: Call) -> Contact:
    """An address that nobody has is created or refused, as the switches say; a contact id never is."""
    email = text(call.body.get("email"))
    creates = call.switches.unknown_contact == "create_optout" and not call.body.get("contactId")
    if not creates or not email or by_email(call, email):
        return contact_named(call, call.body)
    check_email(email)
    contact = create_contact(call, email)
    call.warn("created_by_event", email=email)
    flags = {
        "forceOptIn": call.body.get("forceOptIn"),
        "forceOptOut": call.body.get("forceOptIn") is not True,
    }
    apply_flags(call.about(flags), contact, is_new=True)
    return contact


def _delete(call: Call, event: ExternalEvent) -> None:
    call.sandbox.events.remove(event)
    _note(call, event, "event_deleted")


def _note(call: Call, event: ExternalEvent, code: str) -> None:
    contact = call.sandbox.contacts.by_id(event.client_id, event.contact_id)
    if contact is None:
        return
    contact.history.append(Note(call.now, code, {"type": event.fields["contactExtEventType"]}))
    call.sandbox.contacts.changed(contact)


METHODS = (
    Method("contact/addContactExtEvent", add),
    Method("v2/contact/addContactExtEvent", add),
    Method("contact/updateContactExtEvent", update),
    Method("v2/contact/updateContactExtEvent", update),
    Method("contact/deleteContactExtEvent", delete),
    Method("v2/contact/deleteContactExtEvent", delete_v2),
)
