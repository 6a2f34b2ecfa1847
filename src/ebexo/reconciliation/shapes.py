"""What a shop tells of its own orders, as the schema describes it."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from ninja import Schema
from pydantic import BeforeValidator, ConfigDict, Field

from ebexo.events import FieldProblem
from ebexo.events.fields import Amount, Currency, LongIdentifier, OptionalMoment
from ebexo.reconciliation.comparing import Ordered, day_of
from ebexo.reconciliation.telling import Day

MOST_DAYS, MOST_ORDERS = 31, 10_000


def _is_a_day(value: Any) -> Any:
    if not isinstance(value, str) or len(value) != len("2026-11-23"):
        raise ValueError("A day is text such as 2026-11-23")
    return value


ADay = Annotated[date, BeforeValidator(_is_a_day)]


class OrderOfDay(Schema):
    """An order as the shop has it, cancelled ones included."""

    model_config = ConfigDict(extra="forbid")

    number: LongIdentifier = Field(examples=["1042"], description="as in the order's events")
    total: Amount = Field(
        examples=["298.98"], description="what the customer pays, delivery and tax included"
    )
    currency: Currency = Field(examples=["PLN"])
    placed_at: OptionalMoment = Field(
        None,
        description="if given, it is on this day in the store's time zone",
        examples=["2026-11-23T10:00:00+01:00"],
    )

    def ordered(self) -> Ordered:
        return Ordered(self.number, self.total, self.currency, self.placed_at)


class OrdersOfDay(Schema):
    """A day, and every order that was placed on it."""

    model_config = ConfigDict(extra="forbid")

    date: ADay = Field(examples=["2026-11-23"], description="in the store's time zone")
    orders: list[OrderOfDay] = Field(
        max_length=MOST_ORDERS, description="all of them; none if there were none"
    )

    def kept(self) -> Day:
        return Day(self.date, [order.ordered() for order in self.orders])


class OrderDays(Schema):
    model_config = ConfigDict(extra="forbid")

    days: list[OrdersOfDay] = Field(min_length=1, max_length=MOST_DAYS)


class DayKept(Schema):
    date: date
    orders: int = Field(ge=0)
    missing: list[str] = Field(description="numbers of orders of which no event was ever told")


class OrderDaysKept(Schema):
    days: list[DayKept] = Field(description="oldest first")


def problems_of(told: OrderDays, *, zone: ZoneInfo) -> list[FieldProblem]:
    """What is wrong although every field can be read by itself."""
    return list(_problems(told, zone))


def _problems(told: OrderDays, zone: ZoneInfo) -> Iterator[FieldProblem]:
    days: set[date] = set()
    for place, day in enumerate(told.days):
        if day.date in days:
            yield FieldProblem(f"/days/{place}/date", "This day stands in the list twice.")
        days.add(day.date)
        yield from _problems_of_day(day, f"/days/{place}/orders", zone)


def _problems_of_day(day: OrdersOfDay, pointer: str, zone: ZoneInfo) -> Iterator[FieldProblem]:
    numbers: set[str] = set()
    for place, order in enumerate(day.orders):
        if order.number in numbers:
            yield FieldProblem(f"{pointer}/{place}/number", "This number stands in the day twice.")
        numbers.add(order.number)
        if order.placed_at and _day(order.placed_at, zone) != day.date:
            detail = f"This order was placed on another day in the store's time zone ({zone.key})."
            yield FieldProblem(f"{pointer}/{place}/placed_at", detail)


def _day(moment: datetime, zone: ZoneInfo) -> date | None:
    try:
        return day_of(moment, zone)
    except OverflowError:  # on the last day of the calendar
        return None
