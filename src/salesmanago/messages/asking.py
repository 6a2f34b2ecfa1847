"""Requests that ask about contacts and jobs."""

from collections.abc import Sequence
from typing import Any

from salesmanago.limits import FULL_CONTACTS
from salesmanago.messages.cleaning import clean_email, clean_emails, clean_identifiers


def one_email(email: str) -> dict[str, str]:
    """`ValueError` where it is blank."""
    cleaned = clean_email(email)
    if cleaned is None:
        raise ValueError("an e-mail is needed")
    return {"email": cleaned}


def by_emails(emails: Sequence[str]) -> dict[str, list[str]]:
    """Each address once, in lower case; blank ones are left out."""
    return {"email": clean_emails(emails)}


def full_by_emails(emails: Sequence[str]) -> dict[str, list[str]]:
    """The same; `ValueError` for more than 50."""
    return {"email": _at_most_fifty(clean_emails(emails))}


def by_ids(contact_ids: Sequence[str]) -> dict[str, list[str]]:
    return {"id": clean_identifiers(contact_ids)}


def full_by_ids(contact_ids: Sequence[str]) -> dict[str, list[str]]:
    """`ValueError` for more than 50."""
    return {"contactId": _at_most_fifty(clean_identifiers(contact_ids))}


def job(request_id: str) -> dict[str, Any]:
    """The id goes back as the number that SALESmanago named."""
    return {"requestId": int(request_id) if request_id.isascii() and request_id.isdecimal() else request_id}


def _at_most_fifty(asked: list[str]) -> list[str]:
    if len(asked) > FULL_CONTACTS:
        raise ValueError(f"at most {FULL_CONTACTS} contacts are read whole with one call, not {len(asked)}")
    return asked
