"""Reading contacts. Unknown ones are absent from lists, removed ones are still there."""

from typing import Any

from salesmanago_sandbox.contacts import Contact
from salesmanago_sandbox.methods.finding import by_email, by_id, text
from salesmanago_sandbox.methods.full_contact import full
from salesmanago_sandbox.methods.method import Call, Method
from salesmanago_sandbox.refusals import RefusedError
from salesmanago_sandbox.replies import Reply, success

# The texts about lists are ours; the vendor's are not known.
NO_EMAIL = "No email specified"
NO_ID = "No id specified"
MOST_FULL = 50


def has_contact(call: Call) -> Reply:
    email = text(call.body.get("email"))
    if not email:
        raise RefusedError(NO_EMAIL)
    contact = by_email(call, email)
    return success(result=contact is not None, contactId=contact.contact_id if contact else None)


def basic(call: Call) -> Reply:
    emails = _texts(call.body.get("email"), problem=NO_EMAIL)
    return _basic([by_email(call, email) for email in emails])


def basic_by_id(call: Call) -> Reply:
    ids = _texts(call.body.get("id"), problem=NO_ID)
    return _basic([by_id(call, known) for known in ids])


def full_by_email(call: Call) -> Reply:
    emails = _few(_texts(call.body.get("email"), problem=NO_EMAIL))
    return _full(call, [by_email(call, email) for email in emails])


def full_by_id(call: Call) -> Reply:
    ids = _few(_texts(call.body.get("contactId"), problem=NO_ID))
    return _full(call, [by_id(call, known) for known in ids])


def _basic(contacts: list[Contact | None]) -> Reply:
    return success(contacts=[contact.basic() for contact in contacts if contact is not None])


def _full(call: Call, contacts: list[Contact | None]) -> Reply:
    return success(contacts=[full(call, contact) for contact in contacts if contact is not None])


def _few(texts: list[str]) -> list[str]:
    if len(texts) > MOST_FULL:
        raise RefusedError(f"Too many contacts: {len(texts)}, at most {MOST_FULL}")
    return texts


def _texts(value: Any, *, problem: str) -> list[str]:
    if not isinstance(value, list):
        raise RefusedError(problem)
    return [known for known in value if isinstance(known, str)]


METHODS = (
    Method("contact/hasContact", has_contact),
    Method("contact/basic", basic),
    Method("contact/basicById", basic_by_id),
    Method("contact/list", full_by_email),
    Method("contact/listById", full_by_id),
)
