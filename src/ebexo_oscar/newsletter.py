"""For shops with a newsletter form: Oscar has none of its own."""

from typing import Any

from ebexo.contacts.knowledge import Status
from ebexo.contacts.known import known
from ebexo.storefront.present import present_request
from ebexo.storefront.shop import store
from ebexo.storefront.visitor import remember
from ebexo_oscar import telling
from ebexo_oscar.people import contact_of
from ebexo_oscar.quietly import quietly, quietly_read


@quietly
def subscribed(email: str, request: Any) -> None:
    """Call this where somebody signed up, inside the transaction that stores it. Never raises."""
    telling.subscribed(email, request)
    if not request.user.is_authenticated:
        remember(request, email=email)


@quietly
def unsubscribed(email: str, request: Any = None) -> None:
    """Call this where somebody signed off, inside the transaction that stores it. Never raises."""
    telling.unsubscribed(email, request or present_request())


def _unknown() -> Status | None:
    return None


@quietly_read(_unknown)
def status(user: Any) -> Status | None:
    """Whether SALESmanago has this customer as receiving the newsletter; None while that is not known.

    Somebody who opted out here is out at once, while SALESmanago is still being told. Never raises.
    """
    contact = contact_of(user)
    told = known(contact.pk, remote=store().account.remote) if contact else None
    if contact is None or told is None:
        return None
    is_leaving = contact.opted_out_at is not None and contact.opted_out_at > told.status_at
    return Status.OPT_OUT if is_leaving else told.status
