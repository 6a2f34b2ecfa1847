"""Reading contacts. Unknown ones are absent from lists."""

from typing import Any

from salesmanago_sandbox.contacts import Contact
from salesmanago_sandbox.methods.method import Call, Method
from salesmanago_sandbox.refusals import RefusedError
from salesmanago_sandbox.replies import Reply, success


def has_contact(call: Call) -> Reply:
    email = call.body.get("email")
    if not isinstance(email, str) or not email:
        raise RefusedError("No email specified")
    contact = _by_email(call, email)
    return success(result=contact is not None, contactId=contact.contact_id if contact else None)


def basic(call: Call) -> Reply:
    emails = _texts(call.body.get("email"), problem="No email specified")
    return _listed([_by_email(call, email) for email in emails])


def basic_by_id(call: Call) -> Reply:
    # The text is ours; the vendor's is not known.
    ids = _texts(call.body.get("id"), problem="No id specified")
    return _listed([call.sandbox.contacts.by_id(call.account.client_id, known) for known in ids])


def _by_email(call: Call, email: str) -> Contact | None:
    return call.sandbox.contacts.by_email(call.account.client_id, email)


def _listed(contacts: list[Contact | None]) -> Reply:
    return success(contacts=[contact.basic() for contact in contacts if contact is not None])


def _texts(value: Any, *, problem: str) -> list[str]:
    if not isinstance(value, list):
        raise RefusedError(problem)
    return [text for text in value if isinstance(text, str)]


METHODS = (
    Method("contact/hasContact", has_contact),
    Method("contact/basic", basic),
    Method("contact/basicById", basic_by_id),
)
