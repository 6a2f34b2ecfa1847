"""What the arrival of a cart's or an order's event changes at once: carts are remembered, and closed by their order."""

from datetime import datetime, timedelta

from ebexo.carts import memory as carts
from ebexo.carts.steps import CartReason
from ebexo.contacts.models import Contact
from ebexo.events import EventType, Order, StoreEvent
from ebexo.orders import ledger as orders
from ebexo.orders.models import Order as OrderRow
from ebexo.outbox import withholding
from ebexo.outbox.models import Message
from ebexo.secrets import keyed_hash
from ebexo.stores.models import Account, PurchaseCounts

SUCCESSOR_WITHIN = timedelta(seconds=1)
"""So long a change of a cart waits for the next one, which then carries both."""


def topic_of(event: StoreEvent) -> str:
    """What the event is about besides its person: one cart, one order, or nothing."""
    if event.cart and event.type.is_of_cart:
        return topic_of_cart(event.cart.id)
    is_order = event.order and event.type.is_of_order
    return topic_of_order(event.order.number) if event.order and is_order else ""


def topic_of_order(number: str) -> str:
    return keyed_hash("topic:order", number)


def topic_of_cart(cart_id: str) -> str:
    return keyed_hash("topic:cart", cart_id)


def take_note(event: StoreEvent, *, account: Account, contact: Contact, now: datetime) -> None:
    """An order is noted and takes its cart, whether it may be told or not. Call it inside a transaction."""
    if event.order is None or not event.type.is_of_order:
        return
    order = orders.hear(contact, event, event.order)
    if event.type not in (EventType.ORDER_PLACED, EventType.ORDER_PAID):
        return
    if order.took_cart_at is None:
        _take_cart(order, event, event.order, contact=contact, now=now)
    counts_when_paid = account.purchase_counts == PurchaseCounts.PAID
    if contact.bought_at is None and (event.type is EventType.ORDER_PAID or not counts_when_paid):
        contact.bought_at = event.occurred_at
        contact.save(update_fields=["bought_at"])


def _take_cart(row: OrderRow, event: StoreEvent, order: Order, *, contact: Contact, now: datetime) -> None:
    """The cart is closed, and its changes that wait have nothing to tell, unless they carry a consent."""
    cart_id = carts.close(contact, order, at=event.occurred_at)
    if cart_id is None:
        return
    orders.note_cart(row, at=event.occurred_at)
    waiting = withholding.waiting_about(contact.store_id, topic_of_cart(cart_id))
    earlier = [message for message in waiting if message.occurred_at <= event.occurred_at]
    covered = [message for message in earlier if not _carries_consents(message)]
    withholding.supersede(covered, reason=CartReason.CLOSED, now=now)


def nothing_to_tell(event: StoreEvent, contact: Contact) -> CartReason | None:
    """Remember what is in the cart; why this change of it, which may be told, has nothing to tell."""
    if event.cart is None or not event.type.is_of_cart:
        return None
    cart = carts.hear(contact, event.cart, occurred_at=event.occurred_at)
    if event.consents:
        return None
    if cart.closed_at is not None and event.occurred_at <= cart.closed_at:
        return CartReason.CLOSED
    return CartReason.OLDER if cart.heard_at and event.occurred_at < cart.heard_at else None


def overtaken(event: StoreEvent, key: str, *, store_id: int) -> list[Message]:
    """Changes of the same cart that wait in this key, were never tried, and say nothing that this one does not."""
    if event.cart is None or not event.type.is_of_cart:
        return []
    waiting = withholding.waiting_about(store_id, topic_of_cart(event.cart.id))
    return [message for message in waiting if _is_covered(message, event, key)]


def _is_covered(message: Message, event: StoreEvent, key: str) -> bool:
    is_theirs = message.key is not None and message.key.key == key
    is_untried = message.attempts == 0 and message.occurred_at <= event.occurred_at
    return is_theirs and is_untried and not _carries_consents(message)


def _carries_consents(message: Message) -> bool:
    return bool(StoreEvent.model_validate_json(message.payload or "").consents)


def may_leave_at(event: StoreEvent, overtaken: list[Message], *, now: datetime) -> datetime | None:
    """A change of a cart waits a moment for the next one, counted from the first that it carries."""
    if event.cart is None or not event.type.is_of_cart:
        return None
    return min(
        (message.not_before for message in overtaken if message.not_before), default=now + SUCCESSOR_WITHIN
    )
