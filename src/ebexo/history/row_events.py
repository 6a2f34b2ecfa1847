"""From a row of an import to the store event that tells it. PURE: no Django, no clock, no database.

A row tells of the past: it never counts as something that the person does now. So a customer's row is an update of
what is known of them, whatever type it names, and changes no address; an order's row carries its own date.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ebexo.events import EventType

SOURCE = "import"
"""Where the decisions of a file were made, unless it says so itself."""
OF_CUSTOMERS = (
    EventType.CUSTOMER_REGISTERED,
    EventType.CUSTOMER_LOGGED_IN,
    EventType.CUSTOMER_UPDATED,
    EventType.NEWSLETTER_SUBSCRIBED,
    EventType.CONSENT_CHANGED,
)
OF_ORDERS = (EventType.ORDER_PLACED, EventType.ORDER_PAID)
CALLED_OFF = {EventType.ORDER_CANCELLED: "order_cancelled", EventType.ORDER_RETURNED: "order_was_returned"}
"""Why a past order that came to nothing is not told as a purchase."""


@dataclass(frozen=True)
class Unfit:
    """This row can't be told: why, and which field is at fault. `is_withheld`: it can be read, and is not sent."""

    code: str
    field: str = ""
    is_withheld: bool = False


def event_id(import_number: int, row: int) -> str:
    """The same row of the same import has the same id, so that it can't be told twice."""
    return f"{events_of(import_number)}{row}"


def events_of(import_number: int) -> str:
    """How the ids of an import's events begin."""
    return f"history-{import_number}-"


def customer_event(told: Mapping[str, Any], *, number: str, known_at: datetime) -> dict[str, Any] | Unfit:
    """`known_at` is when the import was begun: a row without a moment of its own tells what was known then."""
    if told.get("type", EventType.CUSTOMER_UPDATED) not in OF_CUSTOMERS:
        return Unfit("other_kind", "type")
    customer = told.get("customer")
    if isinstance(customer, Mapping):
        customer = {name: value for name, value in customer.items() if name != "previous_email"}
    return {
        "id": number,
        "type": EventType.CUSTOMER_UPDATED,
        "occurred_at": told.get("occurred_at") or known_at,
        "customer": customer,
        "consents": _from_import(told.get("consents")),
    }


def order_event(told: Mapping[str, Any], *, number: str) -> dict[str, Any] | Unfit:
    """Its moment is that of the order. Consents go with the customers, so that all of them are known beforehand."""
    event_type = told.get("type", EventType.ORDER_PLACED)
    if event_type in CALLED_OFF:
        return Unfit(CALLED_OFF[event_type], is_withheld=True)
    if event_type not in OF_ORDERS:
        return Unfit("other_kind", "type")
    if told.get("consents"):
        return Unfit("consents_with_orders", "consents")
    order = told.get("order")
    placed_at = order.get("placed_at") if isinstance(order, Mapping) else None
    occurred_at = placed_at or told.get("occurred_at")
    if not occurred_at:
        return Unfit("no_moment", "order.placed_at")
    return {
        "id": number,
        "type": event_type,
        "occurred_at": occurred_at,
        "customer": told.get("customer"),
        "order": order,
    }


def _from_import(consents: Any) -> Any:
    if not isinstance(consents, list | tuple):
        return consents or []
    return [{"source": SOURCE, **answer} if isinstance(answer, Mapping) else answer for answer in consents]
