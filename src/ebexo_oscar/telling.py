"""Telling what happened: each function writes one store event, in the transaction it is called in."""

import json
from typing import Any
from uuid import uuid4

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from ebexo.ingest.receive import Receipt, receive
from ebexo.secrets import keyed_hash
from ebexo.storefront.shop import store
from ebexo_oscar.customers import answers, customer
from ebexo_oscar.models import ToldCustomer


def registered(user: Any, request: Any) -> None:
    """A customer account was made. What is told is complete, so a mark about it has nothing to add."""
    data = customer(user)
    _tell(
        f"customer-{user.pk}-registered", "customer.registered", data, request=request, source="registration"
    )
    clean = {"digest": _digest(data), "changed_at": None, "previous_email": None}
    ToldCustomer.objects.update_or_create(user_id=str(user.pk), defaults=clean)


def logged_in(user: Any) -> None:
    """A customer logged in; the data told is complete."""
    _tell(f"login-{uuid4()}", "customer.logged_in", customer(user))


def subscribed(email: str, request: Any) -> Receipt:
    """Somebody asked for the newsletter; a customer asking for their own address is told whole."""
    user = getattr(request, "user", None)
    is_own = user is not None and user.is_authenticated and user.email.lower() == email.lower()
    data = customer(user) if is_own else {"email": email}
    return _tell(f"newsletter-{uuid4()}", "newsletter.subscribed", data, request=request, source="newsletter")


def changed(user_id: str) -> None:
    """Tell a customer who was marked, if what is told did change. The mark goes with the event, or stays."""
    with transaction.atomic():
        mark = (
            ToldCustomer.objects.select_for_update().filter(user_id=user_id, changed_at__isnull=False).first()
        )
        user = get_user_model().objects.filter(pk=user_id).first() if mark else None
        if mark is None:
            return
        if user is not None and user.email:
            data = customer(user)
            if mark.digest != (digest := _digest(data)):
                _tell(
                    f"changed-{uuid4()}", "customer.updated", data | {"previous_email": mark.previous_email}
                )
            mark.digest = digest
        mark.changed_at = mark.previous_email = None
        mark.save()


def _tell(
    event_id: str, event_type: str, data: dict[str, Any], *, request: Any = None, source: str = ""
) -> Receipt:
    now = timezone.now()
    event = {
        "id": event_id,
        "type": event_type,
        "occurred_at": now.isoformat(),
        "customer": data,
        "consents": answers(request, at=now, source=source),
    }
    return receive(store(), event)


def _digest(data: dict[str, Any]) -> str:
    """An address in other letters is no news."""
    return keyed_hash("told-customer", json.dumps(data | {"email": data["email"].lower()}, sort_keys=True))
