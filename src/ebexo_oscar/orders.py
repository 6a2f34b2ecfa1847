"""Telling what becomes of orders, and finding what was never told of them.

An order is kept in the transaction that makes it, and told right behind the commit; the change of its status is told
in its own transaction. A payment event gets its lines only after it was saved, so it is read whole once it is
committed. Whatever was missed, by a failure or by a crash, the sweep finds: it compares the shop's own records of the
last days with the events that were told.
"""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone
from oscar.core.loading import get_model

from ebexo.ingest.receive import OtherBody
from ebexo.outbox.models import Message
from ebexo.storefront.present import present_request
from ebexo.storefront.shop import NoStore, store
from ebexo.storefront.visitor import remember
from ebexo_oscar import order_steps
from ebexo_oscar.answers import as_told, asked
from ebexo_oscar.aside import aside
from ebexo_oscar.models import KeptEvent, OrdersWatch
from ebexo_oscar.order_steps import Step
from ebexo_oscar.writing import write, write_or_keep, write_soon

log = logging.getLogger("ebexo_oscar")
LEFT_BEHIND_AFTER = timedelta(minutes=1)
LOOKS_BACK = timedelta(days=3)


def placed(order: Any) -> None:
    """Somebody, customer or guest, bought; consents ticked beside the order travel with it.

    Reading the whole order would keep the shopper waiting. So the order keeps an outline of its event in its own
    transaction, with all that could change or that only the request knows, and the rest is read beside the request.
    """
    step = order_steps.placed(order)
    if not step.counts:
        return
    request = present_request()
    consents = as_told(asked(request), request, source="checkout")
    write_soon(step.outline(consents=consents), order_id=order.pk)
    if request is not None and not request.user.is_authenticated:
        remember(request, email=order.email)


def status_changed(order: Any, status: str) -> None:
    """The order came to this status."""
    step = order_steps.of_status(order, status, at=timezone.now())
    if step is not None and step.counts:
        write_or_keep(step.event())


def payment_changed(payment_id: Any) -> None:
    """Tell this payment event once it is committed, with all its lines."""
    transaction.on_commit(partial(aside, partial(_tell_payment, payment_id)), robust=True)


def watch() -> datetime | None:
    """Since when orders are looked after: the first time this was called for the present store. None without one."""
    try:
        handle = store().handle
    except NoStore:
        return None
    return OrdersWatch.objects.get_or_create(store=handle, defaults={"since": timezone.now()})[0].since


def sweep() -> int:
    """Tell the steps of the last three days that were never told, once they are a minute old. How many were told."""
    since = watch()
    if since is None:
        return 0
    now = timezone.now()
    steps = list(_steps((max(since, now - LOOKS_BACK), now - LEFT_BEHIND_AFTER)))
    told = _told([step.event_id for step in steps])
    return sum(_tell(step) for step in steps if step.event_id not in told)


def _told(event_ids: list[str]) -> set[str]:
    """Those of these events that were written, or are kept to be written."""
    ours, kept = Message.objects.filter(store_id=store().pk), KeptEvent.objects.all()
    found = [rows.filter(event_id__in=event_ids).values_list("event_id", flat=True) for rows in (ours, kept)]
    return {event_id for ids in found for event_id in ids}


def _steps(window: tuple[datetime, datetime]) -> Iterator[Step]:
    """What the shop's records say happened in this time, in the order in which an order goes through it."""
    orders = _records("Order").filter(date_placed__range=window)
    payments = _records("PaymentEvent").filter(date_created__range=window)
    changes = _records("OrderStatusChange").filter(date_created__range=window)
    steps = [
        *(order_steps.placed(order) for order in orders.select_related("user")),
        *(order_steps.of_payment(row) for row in payments.select_related("order__user", "event_type")),
        *(
            order_steps.of_status(row.order, row.new_status, at=row.date_created)
            for row in changes.select_related("order__user")
        ),
    ]
    return (step for step in steps if step is not None)


def _records(model: str) -> Any:
    return get_model("order", model).objects.order_by("pk")


def _tell_payment(payment_id: Any) -> None:
    payment = _records("PaymentEvent").filter(pk=payment_id).first()
    step = order_steps.of_payment(payment) if payment else None
    if step is not None:
        _tell(step)


def _tell(step: Step) -> bool:
    """A step told before, even in other words, stays as it was told."""
    try:
        with transaction.atomic():
            return step.counts and not write(step.event()).duplicate
    except OtherBody:
        return False
    except Exception:
        log.exception("ebexo_oscar: a step of an order could not be told; the sweep tries again")
        return False
