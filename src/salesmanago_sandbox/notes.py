"""Notes a person reads: what happened to a contact, and what is odd about a request."""

from dataclasses import dataclass, field

from salesmanago_sandbox.json_text import JsonObject
from salesmanago_sandbox.moments import iso

SENTENCES = {
    "created": "Created through the API.",
    "changed": "Changed through the API: {fields}.",
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
    "both_flags": "{first} and {second} were both true; opting out wins.",
    "cut": "The value of {field} was longer than {limit} characters and was cut.",
    "unusable": "The value of {field} cannot be used and was ignored.",
    "type_fixed": "The detail {name} has the type {type} since its first use; the new value was ignored.",
    "tag_added_and_removed": "The tag {tag} was to be added and removed; it was removed.",
    "two_identifiers": "Both contactId and email were given; contactId was used.",
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
