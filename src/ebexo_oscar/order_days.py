"""The shop's own order table, told day by day for the reconciliation, and what the panel asks the shop to do.

The panel runs beside the shop, in a process of its own that knows nothing of Oscar; so it leaves what it wants in
tables that both see, and the shop's sweep does it.
"""

import logging
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from oscar.core.loading import get_model

from ebexo.ingest.receive import OtherBody
from ebexo.reconciliation import tasks
from ebexo.reconciliation.comparing import Ordered, day_of
from ebexo.reconciliation.models import OrderDay, Source, Task
from ebexo.reconciliation.telling import Day, tell_days
from ebexo.storefront.shop import NoStore, store
from ebexo.stores.models import Store
from ebexo_oscar import order_steps
from ebexo_oscar.order_steps import Step
from ebexo_oscar.writing import write

log = logging.getLogger("ebexo_oscar")
AT_FIRST, EACH_TIME = timedelta(days=30), timedelta(days=2)
"""How many days are told besides the present one: when the shop looks for the first time, and then each time."""


def look() -> int:
    """Tell the last days, and do what the panel asked for. How many things it had asked for."""
    try:
        ours = store()
    except NoStore:
        return 0
    now, zone = timezone.now(), ZoneInfo(ours.account.time_zone)
    tasks.note_shop(ours.pk, now=now)
    is_known = OrderDay.objects.filter(store=ours, source=Source.SHOP).exists()
    today = day_of(now, zone)
    _tell(ours, zone, first=today - (EACH_TIME if is_known else AT_FIRST), last=today)
    asked = tasks.open_tasks(ours.pk)
    for task in asked:
        _do(task, ours, zone)
    return len(asked)


def own_orders(*, first: date, last: date, zone: ZoneInfo) -> Iterator[Day]:
    """What the shop's order table says of these days, whatever became of the orders since."""
    orders: dict[date, list[Ordered]] = {
        first + timedelta(days=n): [] for n in range((last - first).days + 1)
    }
    window = (_midnight(first, zone), _midnight(last + timedelta(days=1), zone))
    rows = _orders().filter(date_placed__gte=window[0], date_placed__lt=window[1]).order_by("pk")
    names = ("number", "total_incl_tax", "currency", "date_placed")
    for number, total, currency, placed_at in rows.values_list(*names).iterator():
        orders[day_of(placed_at, zone)].append(Ordered(str(number), total, currency, placed_at))
    for day, placed in orders.items():
        yield Day(day, placed)


def _tell(ours: Store, zone: ZoneInfo, *, first: date, last: date) -> None:
    days = own_orders(first=first, last=last, zone=zone)
    tell_days(ours.pk, days, source=Source.SHOP, now=timezone.now())


def _do(task: Task, ours: Store, zone: ZoneInfo) -> None:
    """A task that fails is over, too: it can be asked for again, and nobody waits for it in vain."""
    outcome: dict[str, object] = {}
    try:
        if task.kind == Task.Kind.DAYS and task.first and task.last:
            _tell(ours, zone, first=task.first, last=task.last)
        elif task.kind == Task.Kind.SEND:
            outcome = _send(task.numbers)
    except Exception:
        log.exception("ebexo_oscar: what the panel asked for could not be done")
        outcome = {"failed": True}
    tasks.finish(task, outcome=outcome, now=timezone.now())


def _send(numbers: Sequence[str]) -> dict[str, object]:
    """Tell every step of these orders. `sent` are those of which something was told, `not_sent` all others."""
    sent = [number for number in numbers if _tell_order(number)]
    return {"sent": len(sent), "not_sent": [number for number in numbers if number not in set(sent)]}


def _tell_order(number: str) -> bool:
    order = _orders().filter(number=number).select_related("user").first()
    return order is not None and sum(_told(step) for step in steps_of(order)) > 0


def steps_of(order: Any) -> list[Step]:
    """What happened to this order so far, in the order in which it happened."""
    payments = order.payment_events.select_related("event_type").order_by("pk")
    changes = order.status_changes.order_by("pk")
    steps = [
        order_steps.placed(order),
        *(order_steps.of_payment(payment) for payment in payments),
        *(order_steps.of_status(order, row.new_status, at=row.date_created) for row in changes),
    ]
    return sorted(
        (step for step in steps if step is not None and step.counts), key=lambda step: step.occurred_at
    )


def _told(step: Step) -> bool:
    try:
        with transaction.atomic():
            return not write(step.event()).duplicate
    except OtherBody:  # told before in other words
        return False
    except Exception:
        log.exception("ebexo_oscar: a step of an order could not be told")
        return False


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, tzinfo=zone)


def _orders() -> Any:
    return get_model("order", "Order").objects.all()
