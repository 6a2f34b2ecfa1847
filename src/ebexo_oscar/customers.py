"""A shop's user in the words of a store event."""

from typing import Any

from django.contrib.auth import get_user_model

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


def completed(event: dict[str, Any], user_id: str) -> dict[str, Any]:
    """The outline of an event with all that is known of its customer. What it says already stays.

    Of a customer who is gone by now there is no more to tell than that.
    """
    user = get_user_model().objects.filter(pk=user_id).first()
    return event | {"customer": customer(user) | event["customer"]} if user else event


def who(user: Any) -> dict[str, Any]:
    """The least by which a customer is recognised."""
    return {"id": str(user.pk), "email": user.email}


def buyer(order: Any) -> dict[str, Any]:
    """The `customer` of an event about an order: the customer, or what a guest told in the checkout."""
    if order.user is not None:
        return customer(order.user)
    if order.shipping_address is None:
        return {"email": order.guest_email}
    names = {name: getattr(order.shipping_address, name) for name in ("first_name", "last_name")}
    return {"email": order.guest_email, **names, **_from_address(order.shipping_address)}


def _from_address_book(user: Any) -> dict[str, Any]:
    addresses = user.addresses.order_by("-is_default_for_shipping", "-is_default_for_billing", "pk")
    address = addresses.first()
    return _from_address(address) if address else {}


def _from_address(address: Any) -> dict[str, Any]:
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
