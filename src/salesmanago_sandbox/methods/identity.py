"""Which contact an upsert is about."""

import re
from dataclasses import dataclass
from typing import Any

from salesmanago_sandbox.contacts import Contact
from salesmanago_sandbox.methods.card import STATES
from salesmanago_sandbox.methods.method import Call
from salesmanago_sandbox.refusals import RefusedError

LONGEST_EMAIL = 254
EMAIL = re.compile(
    r"""[^\s@"(),:;<>\[\]\\.]+(\.[^\s@"(),:;<>\[\]\\.]+)*  # before the @: words joined by single dots
        @([^\W_]([\w-]*[^\W_])?\.)+[^\W\d_][\w-]*[^\W_]     # after it: labels, the last one no number""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Identity:
    """`email` is the address the contact is to have after the call."""

    existing: Contact | None
    email: str


def identified(call: Call) -> Identity:
    """By `contactId` where given, else by e-mail. RefusedError where the body names nobody.

    The texts for an unknown contact id, a taken new address and an unknown state are ours;
    the vendor's are not known.
    """
    card = call.body.get("contact")
    if not isinstance(card, dict):
        raise RefusedError("No email specified")
    if card.get("state") not in (None, "", *STATES):
        raise RefusedError("Invalid contact state")
    email, contact_id = _text(card.get("email")), _text(card.get("contactId"))
    if contact_id:
        identity = _by_id(call, contact_id, email)
    elif email:
        check_email(email)
        identity = Identity(_by_email(call, email), email)
    else:
        raise RefusedError("No email specified")
    new_email = _text(call.body.get("newEmail"))
    return _renamed(call, identity, new_email) if new_email else identity


def check_email(email: str) -> None:
    local = email.partition("@")[0]
    if not EMAIL.fullmatch(email) or len(local) > 64 or len(email) > LONGEST_EMAIL:
        raise RefusedError("Invalid email")


def _by_id(call: Call, contact_id: str, email: str) -> Identity:
    contact = call.sandbox.contacts.by_id(call.account.client_id, contact_id)
    if contact is None:
        raise RefusedError(call.switches.contact_not_found_text)
    if email:
        call.warn("two_identifiers")
    return Identity(contact, contact.email)


def _by_email(call: Call, email: str) -> Contact | None:
    return call.sandbox.contacts.by_email(call.account.client_id, email)


def _renamed(call: Call, identity: Identity, new_email: str) -> Identity:
    check_email(new_email)
    holder = _by_email(call, new_email)
    if identity.existing is None and holder is not None:
        # The same call came twice: the first one has already moved the contact.
        call.warn("already_renamed", old=identity.email, new=new_email)
        return Identity(holder, new_email)
    if holder is not None and holder is not identity.existing:
        raise RefusedError("Email already in use")
    return Identity(identity.existing, new_email)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
