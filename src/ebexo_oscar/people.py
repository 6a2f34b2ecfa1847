"""A shop's user among the people of its store."""

from typing import Any

from ebexo.contacts.models import Contact
from ebexo.contacts.resolve import find
from ebexo.storefront.shop import store


def contact_of(user: Any) -> Contact | None:
    """The contact who is this user, by customer number or address; None while nothing was told of them."""
    store_id = store().pk
    return find(store_id, kind="customer", value=str(user.pk)) or find(
        store_id, kind="email", value=user.email
    )
