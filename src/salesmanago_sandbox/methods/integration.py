"""The call that the vendor's own plugins make: a contact, an event, or both at once."""

from typing import Any

from salesmanago_sandbox.accounts import check_owner
from salesmanago_sandbox.json_text import JsonObject
from salesmanago_sandbox.methods.contact_writing import upsert
from salesmanago_sandbox.methods.event_writing import Write, to_add, to_change
from salesmanago_sandbox.methods.method import Call, Method
from salesmanago_sandbox.refusals import RefusedError
from salesmanago_sandbox.replies import Reply, success


def integration_upsert(call: Call) -> Reply:
    """The contact first, so that the event finds it. The owner stands in each part.

    Nothing is written before both parts were read. Only an event whose contact nobody knows is refused
    later than that; the contact of the other part then stays written.
    """
    contact = _part(call, "contactUpsertRequest")
    event = _part(call, "addContactExtEventRequest")
    if contact is None and event is None:
        raise RefusedError("No email specified")
    write = _read(event) if event else None
    answer: JsonObject = {}
    if contact is not None:
        answer["contactId"] = upsert(contact)["contactId"]
    if write is not None:
        answer["eventId"] = write().event_id
    return success(**answer)


def _read(call: Call) -> Write:
    """With an `eventId` the event is changed, without one it is added."""
    event = call.body.get("contactEvent")
    return to_change(call) if isinstance(event, dict) and event.get("eventId") else to_add(call)


def _part(call: Call, name: str) -> Call | None:
    part: Any = call.body.get(name)
    if part is None:
        return None
    if not isinstance(part, dict):
        raise RefusedError(f"Invalid {name}")
    check_owner(part, call.account)
    return call.about(part)


METHODS = (Method("integration/upsert", integration_upsert, needs_owner=False),)
