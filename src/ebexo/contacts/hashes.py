"""How people are recognised without keeping their data."""

from ebexo.events import EventType, StoreEvent
from ebexo.secrets import keyed_hash


def person_hash(kind: str, value: str) -> str:
    """The keyed hash of a customer id or an e-mail address (e-mail in any case)."""
    return keyed_hash(f"identity:{kind}", value.lower() if kind == "email" else value)


def masked_email(email: str) -> str:
    """`jan.kowalski@example.com` becomes `j…i@e…e.com`: enough to recognise, too little to write to."""
    local, _, domain = email.partition("@")
    name, dot, top = domain.rpartition(".")
    return f"{_ends(local)}@{_ends(name)}{dot}{top}"


def traces(payload: str | None) -> tuple[str, str | None]:
    """What is kept of the person in this event when it is not sent: a keyed hash of the e-mail, and its mask.

    Of a visitor who is known by a cookie only, it is a hash of that. Of somebody who asked to be forgotten not even
    the mask is kept.
    """
    event = StoreEvent.model_validate_json(payload or "")
    if event.email is None:
        return person_hash("visitor", (event.visitor and event.visitor.smclient) or ""), None
    is_erasure = event.type is EventType.CUSTOMER_ERASED
    return person_hash("email", event.email), None if is_erasure else masked_email(event.email)


def _ends(text: str) -> str:
    return f"{text[:1]}…{text[-1:]}" if len(text) > 2 else "…"
