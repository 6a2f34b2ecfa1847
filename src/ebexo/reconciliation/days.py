"""Days of a store, compared."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from ebexo.reconciliation.comparing import Compared, Line, Standing, compare, lines
from ebexo.reconciliation.models import OrderDay
from ebexo.reconciliation.standings import standings
from ebexo.reconciliation.telling import orders_of


@dataclass(frozen=True)
class ComparedDay:
    """`told` None: the shop has said nothing of this day. Without orders there are no lines."""

    date: date
    told: OrderDay | None
    lines: tuple[Line, ...] = ()


def compared_days(store_id: int, *, first: date, last: date) -> list[ComparedDay]:
    """Each of these days, newest first."""
    told = {day.day: day for day in _told(store_id, first=first, last=last)}
    days = [last - timedelta(days=back) for back in range((last - first).days + 1)]
    return [
        ComparedDay(day, told[day], tuple(lines(compared_orders(told[day]))))
        if day in told
        else ComparedDay(day, None)
        for day in days
    ]


def compared_orders(day: OrderDay) -> list[Compared]:
    """Every order of this day with what we know of it."""
    orders = orders_of(day)
    return compare(orders, standings(day.store_id, [order.number for order in orders]))


def missing_numbers(store_id: int, *, first: date, last: date) -> list[str]:
    """The shop has them, and we were never told."""
    return list(_missing(store_id, first=first, last=last))


def _missing(store_id: int, *, first: date, last: date) -> Iterator[str]:
    for day in _told(store_id, first=first, last=last):
        for one in compared_orders(day):
            if one.known.standing is Standing.MISSING:
                yield one.order.number


def _told(store_id: int, *, first: date, last: date) -> list[OrderDay]:
    return list(OrderDay.objects.filter(store_id=store_id, day__range=(first, last)).order_by("day"))
