"""The store event: one JSON object, the same through HTTP and in-process.

The types are checked when they are built and can't be changed afterwards, so whoever holds a `StoreEvent` holds a
valid one.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from ebexo.events.fields import (
    BirthDate,
    Email,
    Identifier,
    Moment,
    OptionalEmail,
    OptionalIdentifier,
    OptionalMoment,
    OptionalText,
    Properties,
)


class EventType(StrEnum):
    CUSTOMER_REGISTERED = "customer.registered"
    CUSTOMER_LOGGED_IN = "customer.logged_in"
    CUSTOMER_UPDATED = "customer.updated"
    CUSTOMER_ERASED = "customer.erased"
    NEWSLETTER_SUBSCRIBED = "newsletter.subscribed"
    NEWSLETTER_UNSUBSCRIBED = "newsletter.unsubscribed"
    CONSENT_CHANGED = "consent.changed"


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


class StoreEvent(Part):
    id: Identifier
    type: EventType
    occurred_at: Moment
    customer: Customer
    visitor: Visitor | None = None
    consents: Annotated[tuple[ConsentAnswer, ...], Field(max_length=50)] = ()

    def canonical(self) -> str:
        """The event as JSON text: equal events give equal texts."""
        return self.model_dump_json(exclude_defaults=True)

    @property
    def latest_moment(self) -> datetime:
        return max([self.occurred_at, *(answer.at for answer in self.consents)])
