"""What a message tells SALESmanago, field by field, without a person in it: for the merchant's eyes.

It is made by the mapping that sends it, from what the message still holds and the settings as they are. What depends
on the moment of sending (whether the person is opted in, which fields SALESmanago had already) is not in it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ebexo.consents.gate import OptIn
from ebexo.contacts.hashes import masked_email
from ebexo.delivery.job import rules_of
from ebexo.delivery.mapping.contact import contact_upsert
from ebexo.delivery.mapping.rules import Rules
from ebexo.delivery.mapping.shop_event import cart_event, order_event
from ebexo.events import EventType, StoreEvent
from ebexo.stores.models import Account
from salesmanago import ContactEvent, EventKind

_KINDS = {
    EventType.ORDER_PLACED: EventKind.PURCHASE,
    EventType.ORDER_PAID: EventKind.PURCHASE,
    EventType.ORDER_CANCELLED: EventKind.CANCELLATION,
    EventType.ORDER_RETURNED: EventKind.RETURN,
}
_NOT_TELLING = (EventType.CUSTOMER_ERASED, EventType.NEWSLETTER_UNSUBSCRIBED)
"""Events that ask SALESmanago to do something with the contact, and tell nothing of it."""
_OF_THE_MOMENT = (
    "async",
    "forceOptIn",
    "forceOptOut",
    "forcePhoneOptIn",
    "forcePhoneOptOut",
    "useApiDoubleOptIn",
)
_HARMLESS = ("state", "lang", "tags", "province", "country", "dictionaryProperties")
"""Fields of the contact that name nobody. Every other one is masked."""


@dataclass(frozen=True)
class Field:
    """A field by SALESmanago's own name, such as `contact.email`, and what goes into it."""

    name: str
    value: str


@dataclass(frozen=True)
class Preview:
    """Fields of the contact, and of the event that is told beside it; either may be empty."""

    contact: tuple[Field, ...]
    event: tuple[Field, ...]


def preview(event: StoreEvent, account: Account) -> Preview:
    """What this event tells SALESmanago by these settings; every personal value is masked."""
    rules = rules_of(account, types=[event.type])
    told = _event(event, rules)
    return Preview(
        contact=tuple(_contact(event, rules)), event=tuple(_fields(_wire(told), mask=False)) if told else ()
    )


def _contact(event: StoreEvent, rules: Rules) -> Iterator[Field]:
    if event.customer is None:
        return
    if event.type in _NOT_TELLING:
        yield Field("contact.email", masked_email(event.customer.email))
        return
    mapped = contact_upsert(event, rules=rules, known=None, bought=False, opt_in=OptIn.LEAVE)
    wire = {name: value for name, value in mapped.request.to_wire().items() if name not in _OF_THE_MOMENT}
    yield from _fields(wire, mask=True)


def _event(event: StoreEvent, rules: Rules) -> ContactEvent | None:
    if event.type.is_of_cart and event.cart:
        return cart_event(event, event.cart, rules) if event.cart.items else None
    if event.type in _KINDS and event.order:
        return order_event(event, event.order, _KINDS[event.type], rules)
    return None


def _wire(told: ContactEvent) -> dict[str, Any]:
    """The event; of the link that brings a cart back only where it leads, as whoever has it has the cart."""
    wire = told.to_wire()
    if told.kind is EventKind.CART and "description" in wire:
        wire["description"] = f"{urlsplit(wire['description']).netloc}/…"
    return wire


def _fields(value: Any, *, mask: bool, path: str = "") -> Iterator[Field]:
    match value:
        case dict() if {"name", "value"} <= value.keys():
            yield from _fields(value["value"], mask=mask, path=f"{path}.{value['name']}")
        case dict():
            for name, item in value.items():
                hides = mask and name not in _HARMLESS
                yield from _fields(item, mask=hides, path=f"{path}.{name}" if path else name)
        case list() if any(isinstance(item, dict) for item in value):
            for item in value:
                yield from _fields(item, mask=mask, path=path)
        case list():
            yield Field(path, ", ".join(_masked(str(item)) if mask else str(item) for item in value))
        case _:
            yield Field(path, _masked(str(value)) if mask else str(value))


def _masked(text: str) -> str:
    """Enough to recognise, too little to write to or to call."""
    if "@" in text:
        return masked_email(text)
    return " ".join(f"{word[0]}…" for word in text.split())
