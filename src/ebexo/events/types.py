"""The store event: one JSON object, the same through HTTP and in-process.

The types are checked when they are built and can't be changed afterwards, so whoever holds a `StoreEvent` holds a
valid one.
"""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from ebexo.events.fields import (
    Amount,
    BirthDate,
    Codes,
    Email,
    Identifier,
    ItemId,
    Link,
    LongIdentifier,
    Moment,
    OptionalCurrency,
    OptionalEmail,
    OptionalIdentifier,
    OptionalMoment,
    OptionalText,
    Properties,
    Quantity,
)


class EventType(StrEnum):
    CUSTOMER_REGISTERED = "customer.registered"
    CUSTOMER_LOGGED_IN = "customer.logged_in"
    CUSTOMER_UPDATED = "customer.updated"
    CUSTOMER_ERASED = "customer.erased"
    NEWSLETTER_SUBSCRIBED = "newsletter.subscribed"
    NEWSLETTER_UNSUBSCRIBED = "newsletter.unsubscribed"
    CONSENT_CHANGED = "consent.changed"
    CART_PRODUCT_ADDED = "cart.product_added"
    CART_PRODUCT_REMOVED = "cart.product_removed"
    ORDER_PLACED = "order.placed"
    ORDER_PAID = "order.paid"
    ORDER_CANCELLED = "order.cancelled"
    ORDER_RETURNED = "order.returned"

    @property
    def is_of_cart(self) -> bool:
        return self.value.startswith("cart.")

    @property
    def is_of_order(self) -> bool:
        return self.value.startswith("order.")


class ContactState(StrEnum):
    """What a person is to the store: a label of SALESmanago's contact card."""

    CUSTOMER = "CUSTOMER"
    PROSPECT = "PROSPECT"
    PARTNER = "PARTNER"
    OTHER = "OTHER"
    UNKNOWN = "UNKNOWN"


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Address(Part):
    street: OptionalText = None
    postal_code: OptionalText = None
    city: OptionalText = None
    region: OptionalText = None
    country: OptionalText = None


def _state(value: Any) -> Any:
    return value.strip().upper() or None if isinstance(value, str) else value


class Customer(Part):
    """A person, with whatever the store knows of them. A field left out, null or blank changes nothing."""

    id: OptionalIdentifier = None
    email: Email
    previous_email: OptionalEmail = None
    first_name: OptionalText = None
    last_name: OptionalText = None
    phone: OptionalText = None
    company: OptionalText = None
    address: Address | None = None
    state: Annotated[ContactState | None, BeforeValidator(_state)] = None
    birth_date: BirthDate = None
    created_at: OptionalMoment = None
    language: OptionalText = None
    properties: Properties = Field(default_factory=dict)


class Visitor(Part):
    """The browser: `smclient` is the contact id that SALESmanago's cookie holds."""

    smclient: OptionalText = None


class ConsentAnswer(Part):
    """A person's answer to one consent: granted or not, when, where and from which address."""

    code: Identifier
    granted: bool
    at: Moment
    ip: OptionalText = None
    source: OptionalText = None


class Item(Part):
    """A product in a cart or in an order. `variant_id` is the id of the very variant, where the product has such."""

    product_id: ItemId
    sku: OptionalText = None
    variant_id: OptionalIdentifier = None
    name: OptionalText = None
    quantity: Quantity = Decimal(1)
    unit_price: Amount | None = None


Items = Annotated[tuple[Item, ...], Field(max_length=1000)]


class Cart(Part):
    """The whole cart after the change. `url` brings it back; one without items was emptied."""

    id: LongIdentifier
    items: Items = ()
    total: Amount | None = None
    currency: OptionalCurrency = None
    url: Link = None


class Order(Part):
    """An order. In `order.returned`, `items` and `total` are what was sent back under `return_number`."""

    number: LongIdentifier
    total: Amount
    cart_id: OptionalIdentifier = None
    placed_at: OptionalMoment = None
    currency: OptionalCurrency = None
    items: Items = ()
    payment_method: OptionalText = None
    shipping_method: OptionalText = None
    discount_codes: Codes = ()
    return_number: OptionalIdentifier = None


class StoreEvent(Part):
    """What happened. Events of a cart may lack the customer; then `visitor` is who it was."""

    id: Identifier
    type: EventType
    occurred_at: Moment
    customer: Customer | None = None
    visitor: Visitor | None = None
    consents: Annotated[tuple[ConsentAnswer, ...], Field(max_length=50)] = ()
    cart: Cart | None = None
    order: Order | None = None

    def canonical(self) -> str:
        """The event as JSON text: equal events give equal texts."""
        return self.model_dump_json(exclude_defaults=True)

    @property
    def person(self) -> Customer:
        """The customer; only for events that can't lack one."""
        if self.customer is None:
            raise ValueError(f"{self.id} tells of no customer")
        return self.customer

    @property
    def email(self) -> str | None:
        return self.customer.email if self.customer else None

    @property
    def latest_moment(self) -> datetime:
        return max([self.occurred_at, *(answer.at for answer in self.consents)])
