"""Events as they are listed with a contact."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from salesmanago.answers.reading import read_amount, read_number, read_prose, read_text
from salesmanago.limits import EVENT_DETAILS


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """An event that SALESmanago has. What it does not tell is None or empty."""

    kind: str  # an `EventKind`, or one that is not documented
    event_id: str | None
    occurred_at: int | None  # UNIX time in milliseconds
    external_id: str | None
    products: tuple[str, ...]
    value: Decimal | None  # with two places
    description: str | None
    location: str | None
    shop_domain: str | None
    details: Mapping[int, str]  # by number


def recorded_event(item: object) -> RecordedEvent | None:
    """None where it is not said what kind of event it is."""
    kind = read_text(item.get("contactExtEventType")) if isinstance(item, dict) else None
    if kind is None or not isinstance(item, dict):
        return None
    return RecordedEvent(
        kind=kind,
        event_id=read_text(item.get("eventId")) or read_text(item.get("id")),
        occurred_at=read_number(item.get("date")),
        external_id=read_prose(item.get("externalId")),
        products=_products(item.get("products")),
        value=read_amount(item.get("value")),
        description=read_prose(item.get("description")),
        location=read_text(item.get("location")),
        shop_domain=read_text(item.get("shopDomain")),
        details=_details(item),
    )


def _products(joined: object) -> tuple[str, ...]:
    products = read_prose(joined)
    return tuple(products.split(",")) if products else ()


def _details(item: Mapping[str, Any]) -> dict[int, str]:
    numbered = ((number, read_prose(item.get(f"detail{number}"))) for number in range(1, EVENT_DETAILS + 1))
    return {number: text for number, text in numbered if text}
