# ruff: noqa: ARG001, FBT001  (the shape of Django's receivers)
"""Which of the shop's signals about baskets and orders become which store events.

Oscar's `basket_addition` misses every path but one, and of a removal it says nothing at all, so the rows of lines and
baskets are heard. See `ebexo_oscar.carts` and `ebexo_oscar.orders` for what becomes of them.
"""

from typing import Any

from django.apps import apps
from django.db.models.signals import post_delete, post_migrate, post_save
from oscar.apps.basket.signals import voucher_addition, voucher_removal
from oscar.apps.order.signals import order_placed, order_status_changed
from oscar.core.loading import get_model

from ebexo_oscar import carts, orders
from ebexo_oscar.quietly import quietly


def start() -> None:
    """Begin to listen. Called once, when the app is ready."""
    basket, line = get_model("basket", "Basket"), get_model("basket", "Line")
    post_save.connect(on_line_saved, sender=line, dispatch_uid="ebexo_line_saved")
    post_delete.connect(on_line_deleted, sender=line, dispatch_uid="ebexo_line_deleted")
    post_save.connect(on_basket_saved, sender=basket, dispatch_uid="ebexo_basket_saved")
    post_delete.connect(on_basket_deleted, sender=basket, dispatch_uid="ebexo_basket_deleted")
    voucher_addition.connect(on_voucher, dispatch_uid="ebexo_voucher_addition")
    voucher_removal.connect(on_voucher, dispatch_uid="ebexo_voucher_removal")
    order_placed.connect(on_order_placed, dispatch_uid="ebexo_order_placed")
    order_status_changed.connect(on_order_status_changed, dispatch_uid="ebexo_order_status")
    payment = get_model("order", "PaymentEvent")
    post_save.connect(on_payment_event_saved, sender=payment, dispatch_uid="ebexo_payment_event")
    post_migrate.connect(on_migrated, sender=apps.get_app_config("ebexo_oscar"), dispatch_uid="ebexo_watch")


@quietly
def on_line_saved(sender: Any, instance: Any, **kwargs: Any) -> None:
    """A line that was put aside says nothing of the basket it left, so the owner's baskets are looked at."""
    basket = instance.basket
    if basket.status == basket.SAVED:
        for open_basket in get_model("basket", "Basket").open.filter(owner_id=basket.owner_id):
            carts.mark(open_basket.pk)
        return
    carts.mark(basket.pk)


@quietly
def on_line_deleted(sender: Any, instance: Any, **kwargs: Any) -> None:
    carts.mark(instance.basket_id)


@quietly
def on_basket_saved(sender: Any, instance: Any, created: bool, **kwargs: Any) -> None:
    """An order takes its basket; one that was merged into another has ended. A frozen one stays as it is."""
    if instance.status == instance.SUBMITTED:
        carts.drop(instance.pk)
    elif instance.status == instance.MERGED or (instance.status == instance.OPEN and not created):
        carts.mark(instance.pk)


@quietly
def on_basket_deleted(sender: Any, instance: Any, **kwargs: Any) -> None:
    carts.drop(instance.pk)


@quietly
def on_voucher(sender: Any, basket: Any, **kwargs: Any) -> None:
    """What is in the basket stays, what it costs may not."""
    carts.mark(basket.pk)


@quietly
def on_order_placed(sender: Any, order: Any, **kwargs: Any) -> None:
    orders.placed(order)


@quietly
def on_order_status_changed(sender: Any, order: Any, new_status: str, **kwargs: Any) -> None:
    orders.status_changed(order, new_status)


@quietly
def on_payment_event_saved(sender: Any, instance: Any, created: bool, **kwargs: Any) -> None:
    if created:
        orders.payment_changed(instance.pk)


@quietly
def on_migrated(sender: Any, **kwargs: Any) -> None:
    """From the day the connector is set up, no order may be missed."""
    orders.watch()
