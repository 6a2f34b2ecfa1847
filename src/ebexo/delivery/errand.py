"""The cart or the order that a message tells beside its contact."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from ebexo.carts import memory as carts
from ebexo.carts import steps as cart_steps
from ebexo.carts.steps import AddCart, CartReason, Change, DeleteCart, UpdateCart
from ebexo.connection.timings import look_after
from ebexo.contacts.models import Contact
from ebexo.delivery.mapping.rules import Rules
from ebexo.delivery.mapping.shop_event import cart_event, order_event
from ebexo.events import Cart, EventType, Order, StoreEvent
from ebexo.orders import ledger as orders
from ebexo.orders.ledger import Fate
from ebexo.orders.steps import Kind, OrderReason, WaitForPurchase
from ebexo.outbox.models import IS_LIVE, Message
from ebexo.outbox.states import State
from ebexo.outbox.trying import last_try_ended_at
from ebexo.stores.models import Account, PurchaseCounts
from salesmanago import ContactEvent, EventKind


@dataclass(frozen=True)
class CartErrand:
    """A change of a cart, and what it asks of SALESmanago. `event` is the whole cart."""

    step: AddCart | UpdateCart | DeleteCart
    cart_id: str
    change: Change
    event: ContactEvent | None

    @property
    def is_addition(self) -> bool:
        return isinstance(self.step, AddCart)


@dataclass(frozen=True)
class OrderErrand:
    """A step of an order, and the event that tells it."""

    kind: Kind
    event: ContactEvent

    @property
    def is_addition(self) -> bool:
        return True


Errand = CartErrand | OrderErrand


def errand_of(
    event: StoreEvent, *, message: Message, contact: Contact, account: Account, rules: Rules, now: datetime
) -> Errand | WaitForPurchase | CartReason | OrderReason:
    """What this event of a cart or of an order has to tell, or why nothing."""
    if event.cart and event.type.is_of_cart:
        return _cart_errand(event, event.cart, contact=contact, remote=account.remote, rules=rules, now=now)
    if event.order is None:
        raise ValueError(f"{event.id} is neither of a cart nor of an order")
    return _order_errand(event, event.order, message=message, contact=contact, account=account, rules=rules)


def pause_before_looking(message: Message, *, now: datetime) -> timedelta | None:
    """How long to wait before looking whether a try in doubt arrived; None where there is nothing to wait for."""
    ended_at = last_try_ended_at(message.pk) if message.in_doubt else None
    rest = ended_at + look_after() - now if ended_at else timedelta()
    return rest if timedelta() < rest <= look_after() else None


def _cart_errand(
    event: StoreEvent, cart: Cart, *, contact: Contact, remote: str, rules: Rules, now: datetime
) -> CartErrand | CartReason:
    change = carts.change_of(event, cart)
    with transaction.atomic():
        carts.hear(contact, cart, occurred_at=event.occurred_at)
    step = cart_steps.next_step(change, carts.state(contact.pk, cart.id, remote=remote), now=now)
    if step is CartReason.UNCHANGED:
        carts.told_already(contact.pk, cart.id, remote=remote, change=change)
    if isinstance(step, CartReason):
        return step
    return CartErrand(step, cart.id, change, None if change.is_empty else cart_event(event, cart, rules))


def _order_errand(
    event: StoreEvent, order: Order, *, message: Message, contact: Contact, account: Account, rules: Rules
) -> OrderErrand | WaitForPurchase | OrderReason:
    with transaction.atomic():
        step = orders.claim_step(
            contact,
            event,
            order,
            remote=account.remote,
            message=message.pk,
            counts_when_paid=account.purchase_counts == PurchaseCounts.PAID,
            is_cancelled_later=_is_cancelled_later(message),
            fates=fates_of,
        )
    if isinstance(step, WaitForPurchase | OrderReason):
        return step
    return OrderErrand(step.kind, order_event(event, order, EventKind(step.kind), rules))


def _is_cancelled_later(message: Message) -> bool:
    """Does a cancellation of the same order still wait for its turn?"""
    waiting = Message.objects.filter(IS_LIVE, store_id=message.store_id, topic=message.topic)
    return waiting.filter(type=EventType.ORDER_CANCELLED).exclude(pk=message.pk).exists()


def fates_of(messages: Collection[int]) -> Mapping[int, Fate]:
    """What became of the messages that claimed a step and were never acknowledged. One that is gone told nothing."""
    there = (
        {message.pk: _fate(message) for message in Message.objects.filter(pk__in=messages)}
        if messages
        else {}
    )
    return {number: there.get(number, Fate.UNTOLD) for number in messages}


def _fate(message: Message) -> Fate:
    if message.done_at is None:
        return Fate.ON_ITS_WAY
    if message.state == State.FAILED and message.in_doubt:
        return Fate.UNDECIDED
    if message.in_doubt or message.state in (State.DELIVERED, State.HELD):
        return Fate.UNKNOWN
    return Fate.UNTOLD
