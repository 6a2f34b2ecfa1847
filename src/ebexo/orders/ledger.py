"""The ledger of orders: read it, claim a step before it is told, and write down what became of it."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum

from django.db.models import Q

from ebexo.contacts.models import Contact
from ebexo.events import EventType, StoreEvent
from ebexo.events import Order as ToldOrder
from ebexo.orders.models import Order, Step
from ebexo.orders.steps import Decision, Kind, OrderState, TellOrder, Told, next_step

CENT = Decimal("0.01")


class Fate(Enum):
    """What became of a message that claimed a step and was never acknowledged."""

    ON_ITS_WAY = "on_its_way"
    """It is still to be sent, or is being sent."""
    UNTOLD = "untold"
    """It ended, and certainly did not arrive: its step is free again."""
    UNDECIDED = "undecided"
    """It is over, nobody can say whether it arrived, and a person has to decide."""
    UNKNOWN = "unknown"
    """It is over, nobody can say whether it arrived, and nothing is to be decided any more: it counts as told."""


Fates = Callable[[Collection[int]], Mapping[int, Fate]]
"""Tells what became of messages, by their numbers."""


def told_of(event: StoreEvent, order: ToldOrder) -> Told:
    """What the event says of the order, its amount in two places as it is sent."""
    number = order.return_number if event.type is EventType.ORDER_RETURNED else None
    return Told(event.type, order.total.quantize(CENT, ROUND_HALF_UP), number or "")


def hear(contact: Contact, event: StoreEvent, order: ToldOrder) -> Order:
    """Keep that the order is there, and that it was called off. Call it inside a transaction."""
    row = _order(contact, order)
    if event.type is EventType.ORDER_CANCELLED:
        earlier = Q(called_off_at=None) | Q(called_off_at__lt=event.occurred_at)
        Order.objects.filter(earlier, pk=row.pk).update(called_off_at=event.occurred_at)
    return row


def note_cart(row: Order, *, at: datetime) -> None:
    """The order took a cart. It takes no second one, whatever of it is told later."""
    row.took_cart_at = at
    row.save(update_fields=["took_cart_at"])


def claim_step(
    contact: Contact,
    event: StoreEvent,
    order: ToldOrder,
    *,
    remote: str,
    message: int,
    counts_when_paid: bool,
    is_cancelled_later: bool,
    fates: Fates,
) -> Decision:
    """The step that this message is to tell, kept for it from now on, or why there is none.

    Asked again for the same message it answers the same. `is_cancelled_later`: a cancellation is waiting to be told,
    so it does not count yet. Call it inside a transaction.
    """
    row = Order.objects.select_for_update(no_key=True).get(pk=_order(contact, order).pk)
    mine = Step.objects.filter(order=row, message=message, remote=remote).first()
    if mine is not None:
        return TellOrder(Kind(mine.kind))
    told = told_of(event, order)
    state = _state(row, remote=remote, fates=fates, is_cancelled_later=is_cancelled_later)
    step = next_step(told, state, counts_when_paid=counts_when_paid)
    if isinstance(step, TellOrder):
        Step.objects.create(
            order=row,
            remote=remote,
            kind=step.kind,
            return_number=told.return_number,
            amount=told.amount,
            message=message,
        )
    return step


def acknowledge(message: int, *, remote: str, event_id: str | None, now: datetime) -> None:
    """This far side has the step that this message told."""
    steps = Step.objects.filter(message=message, remote=remote)
    steps.update(told_at=now, event_id=event_id, is_held=False)


def hold(message: int, *, remote: str) -> None:
    """Nobody can say whether this far side has the step that this message told."""
    Step.objects.filter(message=message, remote=remote).update(is_held=True)


def settle(message: int, *, arrived: bool, now: datetime) -> None:
    """Somebody decided about a message of which nobody could say: it arrived, or it is told once more."""
    held = Step.objects.filter(message=message, told_at=None)
    held.update(is_held=False, told_at=now if arrived else None)


def _order(contact: Contact, order: ToldOrder) -> Order:
    row, _is_new = Order.objects.get_or_create(
        store_id=contact.store_id, number=order.number, defaults={"contact": contact}
    )
    return row


def _state(row: Order, *, remote: str, fates: Fates, is_cancelled_later: bool) -> OrderState:
    steps = list(Step.objects.filter(order=row, remote=remote))
    fate = fates({step.message for step in steps if step.told_at is None and not step.is_held})
    free = [step for step in steps if fate.get(step.message) is Fate.UNTOLD]
    Step.objects.filter(pk__in=[step.pk for step in free]).delete()
    steps = [step for step in steps if step not in free]
    purchase = next((step for step in steps if step.kind == Kind.PURCHASE), None)
    waits = purchase is not None and fate.get(purchase.message) is Fate.ON_ITS_WAY
    return OrderState(
        purchase=purchase.amount if purchase else None,
        purchase_waits_in=purchase.message if purchase and waits else None,
        returns={step.return_number: step.amount for step in steps if step.kind == Kind.RETURN},
        is_cancelled=any(step.kind == Kind.CANCELLATION for step in steps),
        is_called_off=row.called_off_at is not None and not is_cancelled_later,
        is_held=any(step.is_held or fate.get(step.message) is Fate.UNDECIDED for step in steps),
    )
