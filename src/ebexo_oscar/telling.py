"""Telling what happened: each function writes one store event, in the transaction it is called in."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from ebexo_oscar import carts
from ebexo_oscar.answers import as_told, asked
from ebexo_oscar.customers import customer, who
from ebexo_oscar.models import ToldCustomer
from ebexo_oscar.told import digest
from ebexo_oscar.writing import settle_kept, write, write_or_keep, write_soon


def registered(user: Any, request: Any) -> None:
    """A customer account was made. Who it is and what they ticked is kept at once, the rest read beside the request."""
    answers = as_told(asked(request), request, source="registration")
    event = _event(f"customer-{user.pk}-registered", "customer.registered", who(user), answers)
    write_soon(event, user_id=str(user.pk))


def logged_in(user: Any) -> None:
    """A customer logged in. The data told is complete, as it is when it is told."""
    write_soon(_event(f"login-{uuid4()}", "customer.logged_in", who(user)), user_id=str(user.pk))


def subscribed(email: str, request: Any) -> None:
    """Somebody asked for the newsletter; a customer asking for their own address is told whole."""
    data = customer(request.user) if _is_own(email, request) else {"email": email}
    answers = as_told(asked(request), request, source="newsletter")
    write_or_keep(_event(f"newsletter-{uuid4()}", "newsletter.subscribed", data, answers))


def unsubscribed(email: str, request: Any) -> None:
    """Somebody wants no newsletter any more. Nothing but who it is has to be told."""
    data = who(request.user) if _is_own(email, request) else {"email": email}
    write_or_keep(_event(f"newsletter-{uuid4()}", "newsletter.unsubscribed", data))


def consents_changed(user: Any, answers: Mapping[str, bool], request: Any, *, source: str) -> None:
    """A customer granted or withdrew consents. A grant tells them whole; a withdrawal tells only who it is."""
    if answers and user.email:
        data = customer(user) if any(answers.values()) else who(user)
        told = as_told(answers, request, source=source)
        write_or_keep(_event(f"consent-{uuid4()}", "consent.changed", data, told))


def erased(user: Any) -> None:
    """A customer account is being deleted."""
    carts.forget(user)
    if user.email:
        settle_kept(user.email)
        write_or_keep(_event(f"erased-{uuid4()}", "customer.erased", who(user)))


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
            if mark.digest != (now := digest(data)):
                former = {"previous_email": mark.previous_email}
                write(_event(f"changed-{uuid4()}", "customer.updated", data | former))
            mark.digest = now
        mark.changed_at = mark.previous_email = None
        mark.save()


def _event(
    event_id: str, event_type: str, data: dict[str, Any], consents: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    return {
        "id": event_id,
        "type": event_type,
        "occurred_at": timezone.now().isoformat(),
        "customer": data,
        "consents": consents or [],
    }


def _is_own(email: str, request: Any) -> bool:
    user = getattr(request, "user", None)
    return user is not None and user.is_authenticated and user.email.lower() == email.lower()
