"""Notes a person reads: what happened to a contact, and what is odd about a request."""

from dataclasses import dataclass, field

from salesmanago_sandbox.json_text import JsonObject
from salesmanago_sandbox.moments import iso

SENTENCES = {
    "created": "Created through the API.",
    "changed": "Changed through the API: {fields}.",
    "removed": "Removed through the API; the next write brings it back.",
    "restored": "The removed contact {email} came back.",
    "event_added": "An event of the type {type} arrived.",
    "event_changed": "An event was changed; its type is {type}.",
    "event_deleted": "An event of the type {type} was deleted.",
    "monitoring_stopped": "Monitoring was stopped.",
    "monitoring_restored": "Monitoring was taken up again.",
    "email_changed": "The e-mail address changed from {old} to {new}.",
    "email_status": "The e-mail status changed from {old} to {new}.",
    "phone_status": "The phone status changed from {old} to {new}.",
    "confirmation_sent": "A confirmation e-mail was sent to {email}.",
    "confirmed": "The confirmation link was opened.",
    "confirmed_in_vain": "The confirmation link was opened, but no confirmation was awaited.",
    "unsubscribed": "The unsubscribe link was opened.",
    "unsubscribed_in_vain": "The unsubscribe link was opened, but the contact was not opted in.",
    "callback_answered": "The {channel} callback was answered with {status}.",
    "callback_failed": "The {channel} callback got no answer: {error}",
    "no_flag": "The contact {email} was created without an explicit flag; it is opted out.",
    "no_flag_in": "The contact {email} was created without an explicit flag; it is opted in.",
    "both_flags_in": "{first} and {second} were both true; opting in wins.",
    "both_flags": "{first} and {second} were both true; opting out wins.",
    "cut": "The value of {field} was longer than {limit} characters and was cut.",
    "unusable": "The value of {field} cannot be used and was ignored.",
    "type_fixed": "The detail {name} has the type {type} since its first use; the new value was ignored.",
    "tag_added_and_removed": "The tag {tag} was to be added and removed; it was removed.",
    "two_identifiers": "Both contactId and email were given; contactId was used.",
    "created_by_event": "No contact had the address {email}; the event created one.",
    "late_refused": "The write could not be done later: {message}.",
    "item_refused": "Item {number} was refused: {message}.",
    "unknown_addressee": "Nobody is meant by {value}.",
    "unknown_field": "The field {field} is not known and was ignored.",
    "event_of_nothing": "The event has neither products nor a value, so nothing can be done with it.",
    "odd_location": "The location {location} has other characters than letters, digits, / _ . and -.",
    "date_in_seconds": "The date of the event is in the year 1970 to 1973; seconds were sent, most likely.",
    "rounded": "The value of {field} had more than two decimals and was rounded.",
    "duplicate_event": "{count} events of the type {type} have the externalId {external_id}.",
    "cart_left": "The CART event {event_id} of {email} was not updated for 12 hours.",
    "already_renamed": "No contact has the address {old}; the contact of {new} was changed.",
}


@dataclass(frozen=True)
class Note:
    """`code` names the sentence, so that the page can say it in another language."""

    at: int
    code: str
    values: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return SENTENCES[self.code].format(**self.values)

    def described(self) -> JsonObject:
        return {"at": iso(self.at), "what": self.text}

    def coded(self) -> JsonObject:
        return {"at": iso(self.at), "what": self.text, "code": self.code, "values": self.values}
