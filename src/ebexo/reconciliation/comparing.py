"""Comparing the shop's own orders with what we know of them. PURE: no Django, no clock, no database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Context, Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo


class Standing(StrEnum):
    """How an order of the shop stands with us."""

    ACKNOWLEDGED = "acknowledged"
    """SALESmanago has its purchase."""
    WAITING = "waiting"
    """We were told, and it is still to be sent."""
    WITHHELD = "withheld"
    """We were told, and it is not sent, on purpose."""
    FAILED = "failed"
    """We were told, and it was refused, given up, or waits for a decision."""
    MISSING = "missing"
    """We were never told."""


@dataclass(frozen=True)
class Ordered:
    """An order as the shop has it."""

    number: str
    total: Decimal
    currency: str
    placed_at: datetime | None = None


@dataclass(frozen=True)
class Known:
    """What we know of an order: how it stands, why, in which message, and with what amount SALESmanago has it."""

    standing: Standing
    reason: str | None = None
    message: int | None = None
    amount: Decimal | None = None


NEVER_TOLD = Known(Standing.MISSING)
CENT = Decimal("0.01")
_EXACT = Context(prec=80)
"""More digits than any sum has; the usual 28 would round."""


@dataclass(frozen=True)
class Compared:
    order: Ordered
    known: Known

    @property
    def differs(self) -> bool:
        """Has SALESmanago another amount than the shop? It is told two places."""
        told = self.known.amount
        return told is not None and told.quantize(CENT) != self.order.total.quantize(CENT)


@dataclass(frozen=True)
class Sum:
    count: int = 0
    value: Decimal = Decimal(0)

    def plus(self, value: Decimal) -> "Sum":
        return Sum(self.count + 1, _EXACT.add(self.value, value))


@dataclass
class Line:
    """The orders of one day in one currency: all of them, those we were told, and by how they stand."""

    currency: str
    own: Sum = Sum()
    told: Sum = Sum()
    by_standing: dict[Standing, Sum] = field(default_factory=lambda: dict.fromkeys(Standing, Sum()))
    differing: int = 0

    def add(self, one: Compared) -> None:
        value, standing = one.order.total, one.known.standing
        self.own = self.own.plus(value)
        self.by_standing[standing] = self.by_standing[standing].plus(value)
        if standing is not Standing.MISSING:
            self.told = self.told.plus(value)
        self.differing += one.differs

    @property
    def is_complete(self) -> bool:
        """Is nothing missing, failed or different?"""
        missing, failed = self.by_standing[Standing.MISSING], self.by_standing[Standing.FAILED]
        return not (missing.count or failed.count or self.differing)


def compare(orders: Iterable[Ordered], known: Mapping[str, Known]) -> list[Compared]:
    """Each order of the shop with what we know of it, by its number."""
    return [Compared(order, known.get(order.number, NEVER_TOLD)) for order in orders]


def lines(compared: Iterable[Compared]) -> list[Line]:
    """A line for each currency, exact to the last place."""
    found: dict[str, Line] = {}
    for one in compared:
        found.setdefault(one.order.currency, Line(one.order.currency)).add(one)
    return [found[currency] for currency in sorted(found)]


def day_of(moment: datetime, zone: ZoneInfo) -> date:
    """The day on which this happened for the store."""
    return moment.astimezone(zone).date()
