"""Days of a store, compared."""

from dataclasses import dataclass
from datetime import date, timedelta

from ebexo.reconciliation.comparing import Line, Standing, lines
from ebexo.reconciliation.missing import missing_among
from ebexo.reconciliation.models import OrderDay
from ebexo.reconciliation.own_orders import compared_orders


@dataclass(frozen=True)
class ComparedDay:
    """`told` None: the shop has said nothing of this day. Without orders there are no lines."""

    date: date
    told: OrderDay | None
    lines: tuple[Line, ...] = ()

    @property
    def missing(self) -> int:
        """How many orders of this day were never told."""
        return sum(line.by_standing[Standing.MISSING].count for line in self.lines)


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


def missing_numbers(store_id: int, *, first: date, last: date) -> list[str]:
    """The shop has them, and we were never told."""
    told = _told(store_id, first=first, last=last)
    return [number for day in told for number in missing_among(compared_orders(day))]


def _told(store_id: int, *, first: date, last: date) -> list[OrderDay]:
    return list(OrderDay.objects.filter(store_id=store_id, day__range=(first, last)).order_by("day"))
