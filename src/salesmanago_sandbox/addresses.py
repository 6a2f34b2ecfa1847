"""The e-mail addresses a request is about."""

from typing import Any

from salesmanago_sandbox.methods.method import Call

# An addressee has its address or contact id under `value`.
ADDRESSES = ("email", "newEmail", "value")
CONTACT_IDS = ("contactId", "id", "value")


def addresses_in(call: Call) -> frozenset[str]:
    """In lower case; also of contacts of which only the contact id is given."""
    found: set[str] = set()
    _collect(call.body, call, found)
    return frozenset(found)


def _collect(value: Any, call: Call, found: set[str]) -> None:
    if isinstance(value, dict):
        for name, inner in value.items():
            _note(name, inner, call, found)
            _collect(inner, call, found)
    elif isinstance(value, list):
        for inner in value:
            _collect(inner, call, found)


def _note(name: str, value: Any, call: Call, found: set[str]) -> None:
    texts = [text for text in (value if isinstance(value, list) else [value]) if isinstance(text, str)]
    if name in ADDRESSES:
        found.update(text.lower() for text in texts)
    if name in CONTACT_IDS:
        found.update(_addresses_of(call, texts))
    if name == "eventId":
        events = [call.sandbox.events.by_id(call.account.client_id, text) for text in texts]
        found.update(_addresses_of(call, [event.contact_id for event in events if event]))


def _addresses_of(call: Call, contact_ids: list[str]) -> set[str]:
    contacts = [call.sandbox.contacts.by_id(call.account.client_id, known) for known in contact_ids]
    return {contact.email.lower() for contact in contacts if contact}
