"""How many orders of the shop were never told, kept by day, so that a page can say it without comparing anything.

An order is missing until it is told. So a day is counted when the shop tells it, when the shop is asked for what is
missing and once it has told that, and as long as something is missing every few minutes. Every night all of the last
days are counted: a restored backup may have lost what was told.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from django.db.models import Sum

from ebexo.reconciliation.comparing import Compared, Standing
from ebexo.reconciliation.models import OrderDay
from ebexo.reconciliation.own_orders import compared_orders

LAST_DAYS = 7
"""Of so many days a store is told what is missing, today's being the last."""
COUNTED_EVERY = timedelta(minutes=2)
RECENTLY = timedelta(days=LAST_DAYS + 1)
AT_MOST = 31


def missing_of_last_days(store_id: int, *, today: date) -> int:
    """How many orders of the last days are missing, as counted last. One look into an index."""
    days = OrderDay.objects.filter(store_id=store_id, day__range=(_first(today), today))
    return days.aggregate(all=Sum("missing"))["all"] or 0


def missing_among(compared: Iterable[Compared]) -> list[str]:
    """The numbers of those that were never told."""
    return [one.order.number for one in compared if one.known.standing is Standing.MISSING]


def count(day: OrderDay, *, now: datetime) -> None:
    """Compare this day's orders, and keep how many are missing. What the shop has told meanwhile was counted then."""
    missing = len(missing_among(compared_orders(day)))
    if missing or day.missing:
        OrderDay.objects.filter(pk=day.pk, told_at=day.told_at).update(missing=missing, counted_at=now)


def count_what_is_missing(store_id: int, *, now: datetime) -> None:
    """Count the newest days of this store on which something was missing: what was missing may have been told."""
    days = OrderDay.objects.filter(store_id=store_id, missing__gt=0).order_by("-day")
    for day in days[:AT_MOST]:
        count(day, now=now)


def count_one(now: datetime) -> bool:
    """Count the day that was counted longest ago, if it is time. False: none is due.

    Only where something is missing: what was told stays told.
    """
    due = OrderDay.objects.filter(
        missing__gt=0, day__gte=(now - RECENTLY).date(), counted_at__lte=now - COUNTED_EVERY
    )
    day = due.order_by("counted_at").first()
    if day is not None:
        count(day, now=now)
    return day is not None


def count_all(now: datetime) -> Iterator[OrderDay]:
    """Count the last days of every store, one after the other."""
    for pk in list(OrderDay.objects.filter(day__gte=(now - RECENTLY).date()).values_list("pk", flat=True)):
        day = OrderDay.objects.filter(pk=pk).first()
        if day is not None:
            count(day, now=now)
            yield day


def _first(today: date) -> date:
    return today - timedelta(days=LAST_DAYS - 1)
