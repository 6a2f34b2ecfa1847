"""Finding the contacts a request names."""

from typing import Any

from salesmanago_sandbox.contacts import Contact
from salesmanago_sandbox.json_text import JsonObject
from salesmanago_sandbox.methods.method import Call
from salesmanago_sandbox.refusals import RefusedError


def by_email(call: Call, email: str) -> Contact | None:
    return call.sandbox.contacts.by_email(call.account.client_id, email)


def by_id(call: Call, contact_id: str) -> Contact | None:
    return call.sandbox.contacts.by_id(call.account.client_id, contact_id)


def contact_named(call: Call, part: JsonObject) -> Contact:
    """By `contactId`, else by `email`. RefusedError where nobody is named, or nobody known."""
    contact_id, email = text(part.get("contactId")), text(part.get("email"))
    if not contact_id and not email:
        raise RefusedError("No email specified")
    if contact_id and email:
        call.warn("two_identifiers")
    contact = by_id(call, contact_id) if contact_id else by_email(call, email)
    if contact is None:
        raise RefusedError(call.switches.contact_not_found_text)
    return contact


def addressed(call: Call) -> list[Contact]:
    """Everybody whom the list `contacts` means: by address, contact id or tag, each once."""
    listed = call.body.get("contacts")
    if not isinstance(listed, list) or not listed:
        raise RefusedError("No contacts specified")
    found = [contact for item in listed for contact in _meant(call, item)]
    return list({contact.contact_id: contact for contact in found}.values())


def _meant(call: Call, item: Any) -> list[Contact]:
    kind = str(item.get("addresseeType")).upper() if isinstance(item, dict) else ""
    value = text(item.get("value")) if isinstance(item, dict) else ""
    if kind == "TAG":
        everybody = call.sandbox.contacts.of_account(call.account.client_id)
        return [contact for contact in everybody if value.upper() in contact.tags]
    if kind not in ("EMAIL", "CONTACT_ID"):
        # FUNNEL and STAGE exist at SALESmanago; the sandbox has neither.
        raise RefusedError("Invalid addresseeType")
    contact = by_email(call, value) if kind == "EMAIL" else by_id(call, value)
    if contact is None:
        call.warn("unknown_addressee", value=value)
    return [contact] if contact else []


def text(value: Any) -> str:
    return value if isinstance(value, str) else ""
