"""What people answered to consents, as store events tell it."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from ebexo.storefront.shop import function


def asked(request: Any) -> Mapping[str, bool]:
    """What the shopper answered in the form of this request, by the shop's own function; nothing without one."""
    answered = function("CONSENTS")
    return answered(request) if answered and request is not None else {}


def as_told(answers: Mapping[str, bool], request: Any, *, source: str) -> list[dict[str, Any]]:
    """The `consents` of an event, given at this moment from the address that the request came from."""
    at = timezone.now().isoformat()
    ip = request.META.get("REMOTE_ADDR") if request is not None else None
    return [
        {"code": code, "granted": granted, "at": at, "ip": ip, "source": source}
        for code, granted in answers.items()
    ]
