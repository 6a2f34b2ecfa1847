"""The past orders of the shop, each as what it came to: called off, given back, paid, or placed.

An order's place is its primary key. One that was given back in part is told as the purchase it was.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from oscar.core.loading import get_model

from ebexo_oscar import order_steps
from ebexo_oscar.order_steps import CANCELLED, PAID, RETURNED, Step
from ebexo_oscar.past_records import BATCH, Record


def count() -> int:
    return int(_orders().count())


def records(after: str | None) -> Iterator[Record]:
    """Those behind the place `after`, or all."""
    behind = _orders().filter(pk__gt=after) if after else _orders()
    while batch := list(behind[:BATCH]):
        for order in batch:
            yield Record(str(order.pk), partial(_event, order), (str(order.number), order.email or ""))
        behind = _orders().filter(pk__gt=batch[-1].pk)


def _event(order: Any) -> dict[str, Any]:
    return _came_to(order).event()


def _came_to(order: Any) -> Step:
    """The step that says what became of it. A purchase has the moment of the order, whenever it was paid."""
    last = {step.kind: step for step in _steps(order) if step.counts}
    if CANCELLED in last:
        return last[CANCELLED]
    if RETURNED in last and _is_whole(order, last[RETURNED]):
        return last[RETURNED]
    return replace(last[PAID], occurred_at=order.date_placed) if PAID in last else order_steps.placed(order)


def _is_whole(order: Any, returned: Step) -> bool:
    """A status says that all was given back; payments do once they add up to all of it."""
    if returned.payment is None:
        return True
    steps = filter(None, map(order_steps.of_payment, order.payment_events.all()))
    given_back = sum((abs(step.payment.amount) for step in steps if step.kind == RETURNED), Decimal(0))
    return bool(given_back >= order.total_incl_tax)


def _steps(order: Any) -> list[Step]:
    """All that happened, as it happened. Of a status without a record of its own it is not known when."""
    changes = [
        order_steps.of_status(order, change.new_status, at=change.date_created)
        for change in sorted(order.status_changes.all(), key=_since_when)
    ]
    standing = order_steps.of_status(order, order.status, at=order.date_placed)
    payments = [order_steps.of_payment(row) for row in sorted(order.payment_events.all(), key=_since_when)]
    return [step for step in (order_steps.placed(order), standing, *changes, *payments) if step is not None]


def _since_when(row: Any) -> tuple[datetime, Any]:
    return row.date_created, row.pk


def _orders() -> Any:
    """With what says which steps there were; what they say is read when they are described."""
    orders = get_model("order", "Order").objects.select_related("user", "shipping_address").order_by("pk")
    return orders.prefetch_related("status_changes", "payment_events__event_type")
