"""Making one contact event of two that follow each other. PURE.

What comes out changes the contact as the two would have, one after the other: a field that the newer leaves out keeps
the value of the older. Language and state are always told, by a rule where the store leaves them out, so the newer
event decides about them.
"""

from collections.abc import Set
from datetime import date
from typing import Any

from ebexo.delivery.mapping.birth_date import birth_date
from ebexo.delivery.mapping.language import language
from ebexo.events import Customer, EventType, StoreEvent

UNITABLE = frozenset(
    {EventType.CUSTOMER_REGISTERED, EventType.CUSTOMER_LOGGED_IN, EventType.CUSTOMER_UPDATED}
)
"""Contact events that change no status."""


def unite(older: str, newer: str) -> str | None:
    """One payload for both; None where they must stay two: what answers a consent, changes the address or the order of
    moments, or is no mere telling of a contact.
    """
    first, second = (StoreEvent.model_validate_json(payload) for payload in (older, newer))
    if not (_is_unitable(first) and _is_unitable(second)) or first.occurred_at > second.occurred_at:
        return None
    before, after = first.person, second.person
    if before.state == _CUSTOMER and after.state not in (None, _CUSTOMER):
        return None  # once a customer, always one: a third event that says nothing of it tells that
    if before.email != after.email or (before.id or after.id) != (after.id or before.id):
        return None
    return second.model_copy(
        update={"customer": _united(before, after, today=second.occurred_at.date())}
    ).canonical()


def _is_unitable(event: StoreEvent) -> bool:
    customer = event.customer
    return (
        event.type in UNITABLE and not event.consents and customer is not None and not customer.previous_email
    )


def _united(before: Customer, after: Customer, *, today: date) -> Customer:
    parts = {"properties", "address"}
    told = _said(before, but=parts | {"language", "state"}) | _said(after, but=parts)
    if before.birth_date and birth_date(told["birth_date"], today=today) is None:
        told["birth_date"] = before.birth_date
    if (
        after.language and language(after.language) is None
    ):  # it is not told, and so leaves what the older told
        told |= {"language": before.language}
    if any(getattr(after, name) for name in _NAME):  # told as one field, so the newer's stands as it is
        told |= {name: getattr(after, name) for name in _NAME}
    if before.state == _CUSTOMER:
        told["state"] = _CUSTOMER
    address = _said(before.address) | _said(after.address)
    properties = before.properties | after.properties
    return Customer.model_validate(told | {"address": address or None, "properties": properties})


_CUSTOMER = "CUSTOMER"
_NAME = ("first_name", "last_name")


def _said(part: Any, *, but: Set[str] = frozenset()) -> dict[str, Any]:
    if part is None:
        return {}
    return {name: value for name, value in dict(part).items() if value is not None and name not in but}
