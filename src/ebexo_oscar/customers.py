"""A shop's user in the words of a store event."""

from datetime import datetime
from typing import Any

from ebexo.storefront.shop import function


def customer(user: Any) -> dict[str, Any]:
    """The `customer` of an event: the shop's own function, if its settings name one, or what Oscar knows."""
    described = function("CUSTOMER")
    if described:
        told: dict[str, Any] = described(user)
        return told
    return {
        "id": str(user.pk),
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "created_at": user.date_joined.isoformat(),
        **_from_address_book(user),
    }


def answers(request: Any, *, at: datetime, source: str) -> list[dict[str, Any]]:
    """The `consents` of an event: what the shopper ticked or left in the form of this request."""
    asked = function("CONSENTS")
    if asked is None or request is None:
        return []
    return [
        {
            "code": code,
            "granted": granted,
            "at": at.isoformat(),
            "ip": request.META.get("REMOTE_ADDR"),
            "source": source,
        }
        for code, granted in asked(request).items()
    ]


def _from_address_book(user: Any) -> dict[str, Any]:
    addresses = user.addresses.order_by("-is_default_for_shipping", "-is_default_for_billing", "pk")
    address = addresses.first()
    if address is None:
        return {}
    lines = [address.line1, address.line2, address.line3]
    return {
        "phone": str(address.phone_number or ""),
        "address": {
            "street": " ".join(line for line in lines if line),
            "postal_code": address.postcode,
            "city": address.line4,
            "region": address.state,
            "country": address.country_id,
        },
    }
