"""External events: what a person did, with the products it was about."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from salesmanago.amounts import two_places
from salesmanago.limits import DESCRIPTION_CHARACTERS, EVENT_DETAILS, LOCATION_CHARACTERS, TEXT_CHARACTERS
from salesmanago.messages.cleaning import clean_identifier, clean_text, present
from salesmanago.messages.identity import contact_named
from salesmanago.messages.items import Item, item_details, item_fields

_LOCATION = re.compile(rf"[\w/.-]{{1,{LOCATION_CHARACTERS}}}")


class EventKind(StrEnum):
    """The kinds that SALESmanago documents. A cancelled order is a CANCELLATION."""

    PURCHASE = "PURCHASE"
    CART = "CART"
    VISIT = "VISIT"
    PHONE_CALL = "PHONE_CALL"
    OTHER = "OTHER"
    RESERVATION = "RESERVATION"
    CANCELLED = "CANCELLED"
    ACTIVATION = "ACTIVATION"
    MEETING = "MEETING"
    OFFER = "OFFER"
    DOWNLOAD = "DOWNLOAD"
    LOGIN = "LOGIN"
    TRANSACTION = "TRANSACTION"
    CANCELLATION = "CANCELLATION"
    RETURN = "RETURN"
    SURVEY = "SURVEY"
    APP_STATUS = "APP_STATUS"
    APP_TYPE_WEB = "APP_TYPE_WEB"
    APP_TYPE_MANUAL = "APP_TYPE_MANUAL"
    APP_TYPE_RETENTION = "APP_TYPE_RETENTION"
    APP_TYPE_UPSALE = "APP_TYPE_UPSALE"
    LOAN_STATUS = "LOAN_STATUS"
    LOAN_ORDER = "LOAN_ORDER"
    FIRST_LOAN = "FIRST_LOAN"
    REPEATED_LOAN = "REPEATED_LOAN"


@dataclass(frozen=True, slots=True)
class ContactEvent:
    """Something a person did: put into a cart, bought, sent back.

    `items` fill `products` and the details 1, 3, 6 and 7 (see `Item`); `details` are the others, by number
    from 1 to 20. `value` is sent with two places, exactly. Texts are cut at their limits, lists of items
    behind a whole item, identifiers never.

    `ValueError` for what no cutting puts right: an event with neither items nor a value, which SALESmanago's
    own library does not send either; a `location` that is no name as `is_location` has it; an `external_id`
    of more than 255 characters; a value of more than 19 digits; a detail that there is not, or that the items
    fill already; items that have different numbers of other ids.
    """

    kind: EventKind
    occurred_at: int  # UNIX time in milliseconds
    items: tuple[Item, ...] = ()
    value: Decimal | None = None
    description: str | None = None
    location: str | None = None  # the name of the product catalogue or feed that the items are from
    shop_domain: str | None = None
    external_id: str | None = None  # the shop's number of the order, or its id of the cart
    details: Mapping[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.items and self.value is None:
            raise ValueError("an event needs items or a value")
        if self.location and not is_location(self.location):
            raise ValueError("a location is 1 to 36 letters, digits and / _ - .")
        if len((self.external_id or "").strip()) > TEXT_CHARACTERS:
            raise ValueError("an external id has at most 255 characters")
        taken = item_details(self.items)
        if wrong := [
            number for number in self.details if number in taken or not 1 <= number <= EVENT_DETAILS
        ]:
            raise ValueError(f"no such detail, or the items fill it: {wrong[0]}")
        if self.value is not None:
            two_places(self.value)

    def to_wire(self) -> dict[str, Any]:
        """The `contactEvent` of a request; `value` is a Decimal with two places."""
        return present(
            {
                "date": self.occurred_at,
                "contactExtEventType": self.kind.value,
                **item_fields(self.items),
                "value": None if self.value is None else two_places(self.value),
                "description": clean_text(self.description, limit=DESCRIPTION_CHARACTERS),
                "location": self.location,
                "shopDomain": clean_text(self.shop_domain),
                "externalId": clean_identifier(self.external_id),
                **{f"detail{number}": clean_text(text) for number, text in sorted(self.details.items())},
            }
        )


@dataclass(frozen=True, slots=True)
class AddEvent:
    """An event of the contact that has this `email` or this `contact_id`: exactly one, else `ValueError`.

    Upsert the contact before its first event: what SALESmanago does about an unknown one is not documented.
    """

    event: ContactEvent
    email: str | None = None
    contact_id: str | None = None

    def __post_init__(self) -> None:
        contact_named(email=self.email, contact_id=self.contact_id)

    def to_wire(self) -> dict[str, Any]:
        """The request without credentials; a contact that it creates is not opted in."""
        return {**self.to_batch_item(), "forceOptIn": False}

    def to_batch_item(self) -> dict[str, Any]:
        return {
            **contact_named(email=self.email, contact_id=self.contact_id),
            "contactEvent": self.event.to_wire(),
        }


def is_location(text: str) -> bool:
    """May an event have this location? A location is never cut, as that would be another one."""
    return _LOCATION.fullmatch(text) is not None
