"""What an event of an order asks of SALESmanago: every state of the ledger, every kind of event."""

from decimal import Decimal

import pytest

from ebexo.events import EventType
from ebexo.orders.steps import Kind, OrderReason, OrderState, TellOrder, Told, WaitForPurchase, next_step

HUNDRED = Decimal("100.00")
PURCHASE, CANCELLATION, RETURN = (TellOrder(kind) for kind in Kind)
REASON = OrderReason

NOTHING = OrderState()
BOUGHT = OrderState(purchase=HUNDRED)
WAITS = OrderState(purchase=HUNDRED, purchase_waits_in=7)
HELD = OrderState(purchase=HUNDRED, is_held=True)
RETURNED_SOME = OrderState(purchase=HUNDRED, returns={"R-1": Decimal("60.00")})
CANCELLED = OrderState(purchase=HUNDRED, is_cancelled=True, is_called_off=True)
CALLED_OFF = OrderState(is_called_off=True)


def placed(amount=HUNDRED):
    return Told(EventType.ORDER_PLACED, amount)


def paid():
    return Told(EventType.ORDER_PAID, HUNDRED)


def cancelled():
    return Told(EventType.ORDER_CANCELLED, HUNDRED)


def returned(amount="40.00", number="R-2"):
    return Told(EventType.ORDER_RETURNED, Decimal(amount), number)


STEPS = {
    "placed": (placed(), NOTHING, PURCHASE),
    "placed for nothing": (placed(Decimal("0.00")), NOTHING, PURCHASE),
    "paid alone": (paid(), NOTHING, PURCHASE),
    "placed again": (placed(), BOUGHT, REASON.ALREADY_TOLD),
    "paid after placed": (paid(), BOUGHT, REASON.ALREADY_TOLD),
    "placed while it waits": (placed(), WAITS, REASON.ALREADY_TOLD),
    "placed while it is held": (placed(), HELD, REASON.ALREADY_TOLD),
    "placed after a return": (placed(), RETURNED_SOME, REASON.ALREADY_TOLD),
    "placed after a cancellation": (placed(), CANCELLED, REASON.ALREADY_TOLD),
    "placed after a cancellation that told nothing": (placed(), CALLED_OFF, REASON.CANCELLED),
    "paid after a cancellation that told nothing": (paid(), CALLED_OFF, REASON.CANCELLED),
    "cancelled": (cancelled(), BOUGHT, CANCELLATION),
    "cancelled without a purchase": (cancelled(), NOTHING, REASON.NO_PURCHASE),
    "cancelled while the purchase waits": (cancelled(), WAITS, WaitForPurchase(7)),
    "cancelled while the purchase is held": (cancelled(), HELD, REASON.HELD),
    "cancelled after a return": (cancelled(), RETURNED_SOME, REASON.RETURNED),
    "cancelled again": (cancelled(), CANCELLED, REASON.ALREADY_TOLD),
    "returned in part": (returned(), BOUGHT, RETURN),
    "returned as a whole": (returned("100.00"), BOUGHT, RETURN),
    "returned for nothing": (returned("0.00"), BOUGHT, RETURN),
    "returned up to the whole": (returned("40.00"), RETURNED_SOME, RETURN),
    "returned a cent too much": (returned("40.01"), RETURNED_SOME, REASON.EXCEEDS),
    "returned more than was bought": (returned("100.01"), BOUGHT, REASON.EXCEEDS),
    "the same return again": (returned("1.00", "R-1"), RETURNED_SOME, REASON.ALREADY_TOLD),
    "returned without a purchase": (returned(), NOTHING, REASON.NO_PURCHASE),
    "returned while the purchase waits": (returned(), WAITS, WaitForPurchase(7)),
    "returned while the purchase is held": (returned(), HELD, REASON.HELD),
    "returned after a cancellation": (returned(), CANCELLED, REASON.CANCELLED),
    "returned after a cancellation that told nothing": (returned(), CALLED_OFF, REASON.NO_PURCHASE),
}


@pytest.mark.parametrize(("told", "order", "step"), STEPS.values(), ids=STEPS)
def test_an_event_asks_for_exactly_this(told, order, step):
    assert next_step(told, order, counts_when_paid=False) == step


WHEN_PAID = {
    "placed": (placed(), NOTHING, REASON.DOES_NOT_COUNT),
    "placed after it was paid": (placed(), BOUGHT, REASON.ALREADY_TOLD),
    "placed after a cancellation": (placed(), CALLED_OFF, REASON.CANCELLED),
    "paid": (paid(), NOTHING, PURCHASE),
    "cancelled before it was paid": (cancelled(), NOTHING, REASON.NO_PURCHASE),
    "cancelled": (cancelled(), BOUGHT, CANCELLATION),
}


@pytest.mark.parametrize(("told", "order", "step"), WHEN_PAID.values(), ids=WHEN_PAID)
def test_where_a_purchase_counts_when_paid_placing_does_not(told, order, step):
    assert next_step(told, order, counts_when_paid=True) == step
