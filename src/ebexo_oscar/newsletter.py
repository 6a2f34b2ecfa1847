"""For shops with a newsletter form: Oscar has none of its own."""

from typing import Any

from ebexo.storefront.visitor import remember
from ebexo_oscar import telling
from ebexo_oscar.quietly import quietly


@quietly
def subscribed(email: str, request: Any) -> None:
    """Call this where somebody signed up, inside the transaction that stores it. Never raises."""
    telling.subscribed(email, request)
    if not request.user.is_authenticated:
        remember(request, email=email)
