"""A contact with everything that hangs on it."""

from salesmanago_sandbox.contacts import Contact
from salesmanago_sandbox.json_text import JsonObject
from salesmanago_sandbox.methods.method import Call

# SALESmanago has these; in the sandbox nothing ever fills them.
ALWAYS_EMPTY = (
    "contactEvents",
    "contactVisits",
    "contactNotes",
    "contactTasks",
    "contactFunnels",
    "emailMessages",
    "incomingEmailMessages",
    "smsMessages",
    "coupons",
)


def full(call: Call, contact: Contact) -> JsonObject:
    """The identifier is called `id` here, not `contactId` as in the basic contact."""
    card = contact.basic()
    details = contact.details()
    events = call.sandbox.events.of_contact(contact.client_id, contact.contact_id)
    most = call.switches.events_read
    return {
        "id": card.pop("contactId"),
        **card,
        "province": details["province"],
        "mainContactOwner": contact.owner,
        "contactTags": [{"tag": tag} for tag in contact.tags],
        "properties": [{"name": name, "value": value} for name, value in contact.properties.items()],
        "dictionaryProperties": details["dictionaryProperties"],
        "consents": details["consents"],
        "contactExtEvents": [event.told() for event in (events[-most:] if most else events)],
        **{name: [] for name in ALWAYS_EMPTY},
    }
