"""A shop's user in the words of a store event."""

from typing import Any

from django.contrib.auth.models import User
from oscar.core.loading import get_model

from demo.people.models import Profile


def customer(user: User) -> dict[str, Any]:
    """The `customer` of a store event for this user, ready for JSON. What the shop does not know is None.

    The phone of the address stands in for one missing in the profile.
    """
    profile = Profile.objects.filter(user=user).first() or Profile()
    address = _best_address(user)
    return {
        "id": str(user.pk),
        "email": user.email,
        "first_name": user.first_name or None,
        "last_name": user.last_name or None,
        "phone": profile.phone or _phone(address),
        "company": profile.company or None,
        "address": _as_event(address) if address else None,
        "birth_date": profile.birth_date.isoformat() if profile.birth_date else None,
        "created_at": user.date_joined.isoformat(),
        "language": profile.language or None,
    }


def _best_address(user: User) -> Any:
    """The default for shipping, else the default for billing, else the first one entered, else None."""
    addresses = get_model("address", "UserAddress").objects.filter(user=user)
    return addresses.order_by("-is_default_for_shipping", "-is_default_for_billing", "pk").first()


def _as_event(address: Any) -> dict[str, str | None]:
    lines = (address.line1, address.line2, address.line3)
    return {
        "street": " ".join(line.strip() for line in lines if line and line.strip()) or None,
        "postal_code": address.postcode or None,
        "city": address.line4 or None,
        "region": address.state or None,
        "country": address.country_id,
    }


def _phone(address: Any) -> str | None:
    return str(address.phone_number) if address and address.phone_number else None
