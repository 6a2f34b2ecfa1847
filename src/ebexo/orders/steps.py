"""What an event of an order asks of SALESmanago. PURE: no Django, no clock, no database.

An order is a PURCHASE once, and then either a CANCELLATION or RETURNs that sum up to the purchase at most: never
backwards, never twice, whatever the store repeats.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from ebexo.events import EventType


class OrderReason(StrEnum):
    """Why an event of an order is not sent. Each has a sentence in `ebexo.orders.sentences`."""

    ALREADY_TOLD = "order_already_told"
    DOES_NOT_COUNT = "order_does_not_count"
    NO_PURCHASE = "order_no_purchase"
    CANCELLED = "order_cancelled"
    RETURNED = "order_returned"
    EXCEEDS = "return_exceeds_purchase"
    HELD = "order_held"


class Kind(StrEnum):
    """The steps of an order that SALESmanago is told."""

    PURCHASE = "PURCHASE"
    CANCELLATION = "CANCELLATION"
    RETURN = "RETURN"


@dataclass(frozen=True)
class OrderState:
    """The ledger of one order.

    `purchase` is the amount of the purchase that was told or is being told; `purchase_waits_in` the number of the
    message that is still to tell it. `returns` are the amounts told by number of return. `is_held`: of a step nobody
    can say whether it arrived. `is_called_off`: the store told a cancellation before this, whether it was passed on
    or not.
    """

    purchase: Decimal | None = None
    purchase_waits_in: int | None = None
    returns: dict[str, Decimal] = field(default_factory=dict)
    is_cancelled: bool = False
    is_called_off: bool = False
    is_held: bool = False


@dataclass(frozen=True)
class Told:
    """What the store says happened: the type, the amount, and for a return its number."""

    type: EventType
    amount: Decimal
    return_number: str = ""


@dataclass(frozen=True)
class TellOrder:
    kind: Kind


@dataclass(frozen=True)
class WaitForPurchase:
    """The purchase is still to be told, by this other message."""

    message: int


Decision = TellOrder | WaitForPurchase | OrderReason


def next_step(told: Told, order: OrderState, *, counts_when_paid: bool) -> Decision:
    """The step to tell, or why there is none."""
    if told.type in (EventType.ORDER_PLACED, EventType.ORDER_PAID):
        return _purchase(told, order, counts_when_paid=counts_when_paid)
    if order.is_held:
        return OrderReason.HELD
    if order.purchase is None:
        return OrderReason.NO_PURCHASE
    if order.purchase_waits_in is not None:
        return WaitForPurchase(order.purchase_waits_in)
    return (
        _cancellation(order)
        if told.type is EventType.ORDER_CANCELLED
        else _return(told, order, order.purchase)
    )


def _purchase(told: Told, order: OrderState, *, counts_when_paid: bool) -> TellOrder | OrderReason:
    if order.purchase is not None:
        return OrderReason.ALREADY_TOLD
    if order.is_called_off:
        return OrderReason.CANCELLED
    if counts_when_paid and told.type is EventType.ORDER_PLACED:
        return OrderReason.DOES_NOT_COUNT
    return TellOrder(Kind.PURCHASE)


def _cancellation(order: OrderState) -> TellOrder | OrderReason:
    if order.is_cancelled:
        return OrderReason.ALREADY_TOLD
    return OrderReason.RETURNED if order.returns else TellOrder(Kind.CANCELLATION)


def _return(told: Told, order: OrderState, purchase: Decimal) -> TellOrder | OrderReason:
    if told.return_number in order.returns:
        return OrderReason.ALREADY_TOLD
    if order.is_cancelled:
        return OrderReason.CANCELLED
    if sum(order.returns.values(), told.amount) > purchase:
        return OrderReason.EXCEEDS
    return TellOrder(Kind.RETURN)
