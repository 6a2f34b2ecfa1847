"""Keeping what the shop says of its own orders, a whole day at a time: a day is kept as it was told last."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

from ebexo.reconciliation.comparing import Ordered
from ebexo.reconciliation.missing import count
from ebexo.reconciliation.models import OrderDay, ShopOrder, Source
from ebexo.reconciliation.own_orders import orders_of

AT_ONCE = 500
TRIES = 3


@dataclass(frozen=True)
class Day:
    """All orders of one day; none is an answer, too."""

    date: date
    orders: Sequence[Ordered]


def tell_days(store_id: int, days: Iterable[Day], *, source: Source, now: datetime) -> None:
    """Keep these days. Each one replaces what was told of it before; days that are not among them stay."""
    for day in days:
        _keep(store_id, day, source=source, now=now)


def _keep(store_id: int, day: Day, *, source: Source, now: datetime) -> None:
    for tries_left in reversed(range(TRIES)):
        try:
            with transaction.atomic():
                kept = _replace(store_id, day, source=source, now=now)
        except IntegrityError:  # the same day was told for the first time at the same moment
            if not tries_left:
                raise
        else:
            if kept is not None:
                count(kept, now=now)
            return


def _replace(store_id: int, day: Day, *, source: Source, now: datetime) -> OrderDay | None:
    """The day as it is kept now, if it has to be compared with what we were told: nothing changed, nothing missed."""
    kept = OrderDay.objects.select_for_update().filter(store_id=store_id, day=day.date).first()
    if kept is None:
        kept = OrderDay.objects.create(store_id=store_id, day=day.date, source=source, told_at=now)
    else:
        kept.source, kept.told_at = source, now
        kept.save(update_fields=["source", "told_at"])
        if _told_before(kept) == {order.number: order for order in day.orders}:
            return kept if kept.missing else None
        ShopOrder.objects.filter(day=kept).delete()
    rows = (ShopOrder(day=kept, **{**vars(order), "total": str(order.total)}) for order in day.orders)
    ShopOrder.objects.bulk_create(rows, batch_size=AT_ONCE)
    return kept


def _told_before(day: OrderDay) -> dict[str, Ordered]:
    return {order.number: order for order in orders_of(day)}
