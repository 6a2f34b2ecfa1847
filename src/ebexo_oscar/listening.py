"""Which of the shop's signals about its customers become which store events.

Oscar's own `user_logged_in` is missing after a registration and at the checkout's gateway, so Django's is heard.
Rows of a customer are heard one by one and told together: see `ebexo_oscar.changes`.
"""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_delete, post_save, pre_delete, pre_save
from oscar.apps.customer.signals import user_registered
from oscar.core.loading import get_model

from ebexo.storefront.present import present_request, take_cookie_away
from ebexo.storefront.visitor import remember
from ebexo_oscar import changes, telling
from ebexo_oscar.models import ToldCustomer
from ebexo_oscar.people import contact_of
from ebexo_oscar.quietly import quietly, quietly_or

_FORMER_EMAIL = "_ebexo_former_email"
_REGISTERED = "_ebexo_registered"


def start() -> None:
    """Begin to listen. Called once, when the app is ready."""
    user_registered.connect(on_registered, dispatch_uid="ebexo_registered")
    user_logged_in.connect(on_logged_in, dispatch_uid="ebexo_logged_in")
    pre_save.connect(on_user_saving, sender=get_user_model(), dispatch_uid="ebexo_user_saving")
    post_save.connect(on_user_saved, sender=get_user_model(), dispatch_uid="ebexo_user_saved")
    pre_delete.connect(on_user_deleting, sender=get_user_model(), dispatch_uid="ebexo_user_deleting")
    post_delete.connect(on_user_deleted, sender=get_user_model(), dispatch_uid="ebexo_user_deleted")
    address = get_model("address", "UserAddress")
    post_save.connect(on_address_saved, sender=address, dispatch_uid="ebexo_address_saved")
    post_delete.connect(on_address_deleted, sender=address, dispatch_uid="ebexo_address_deleted")


def _tell_later(sender: Any, request: Any, user: Any, **kwargs: Any) -> None:
    """The event could not be written: leave a mark in its place, and the sweep tells the customer."""
    changes.mark(user.pk)


@quietly_or(_tell_later)
def on_registered(sender: Any, request: Any, user: Any, **kwargs: Any) -> None:
    telling.registered(user, request)
    setattr(request, _REGISTERED, user.pk)


@quietly_or(_tell_later)
def on_logged_in(sender: Any, request: Any, user: Any, **kwargs: Any) -> None:
    """The login that Oscar does for a customer who has just registered says nothing new."""
    if user.is_staff:
        return
    if getattr(request, _REGISTERED, None) != user.pk:
        telling.logged_in(user)
    remember(request, email=user.email)


@quietly
def on_user_saving(sender: Any, instance: Any, **kwargs: Any) -> None:
    if instance.pk:
        former = get_user_model().objects.filter(pk=instance.pk).values_list("email", flat=True).first()
        setattr(instance, _FORMER_EMAIL, former)


@quietly
def on_user_saved(
    sender: Any,
    instance: Any,
    created: bool,
    update_fields: Any = None,
    **kwargs: Any,
) -> None:
    if created or instance.is_staff or set(update_fields or ["any"]) <= {"last_login", "password"}:
        return
    former = getattr(instance, _FORMER_EMAIL, None)
    has_changed = former and former.lower() != instance.email.lower()
    changes.mark(instance.pk, previous_email=former if has_changed else None)


@quietly
def on_address_saved(sender: Any, instance: Any, **kwargs: Any) -> None:
    """Oscar saves the address at every order to count its use; then nothing that is told has changed."""
    changes.mark(instance.user_id)


@quietly
def on_address_deleted(sender: Any, instance: Any, **kwargs: Any) -> None:
    if get_user_model().objects.filter(pk=instance.user_id).exists():
        changes.mark(instance.user_id)


@quietly
def on_user_deleting(sender: Any, instance: Any, **kwargs: Any) -> None:
    """Their data is still there. Staff whom nobody ever told is nobody's customer."""
    if instance.is_staff and contact_of(instance) is None:
        return
    telling.erased(instance)
    request = present_request()
    if request is not None and request.user.pk == instance.pk:
        take_cookie_away(request)


@quietly
def on_user_deleted(sender: Any, instance: Any, **kwargs: Any) -> None:
    """The last to go: the deletion of addresses just before left a mark."""
    ToldCustomer.objects.filter(user_id=str(instance.pk)).delete()
