"""The orders that the shop told of a day, and each with what we know of it."""

from decimal import Decimal

from ebexo.reconciliation.comparing import Compared, Ordered, compare
from ebexo.reconciliation.models import OrderDay
from ebexo.reconciliation.standings import standings


def orders_of(day: OrderDay) -> list[Ordered]:
    """The orders that the shop told of this day, in the order in which they were placed."""
    rows = day.orders.order_by("placed_at", "pk")
    return [Ordered(row.number, Decimal(row.total), row.currency, row.placed_at) for row in rows]


def compared_orders(day: OrderDay) -> list[Compared]:
    """Every order of this day with what we know of it."""
    orders = orders_of(day)
    return compare(orders, standings(day.store_id, [order.number for order in orders]))
