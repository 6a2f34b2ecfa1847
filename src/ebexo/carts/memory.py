"""What is kept of carts: what the store told of them, what SALESmanago has, and when an order took them."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import F, Max, Q

from ebexo.carts.models import Cart
from ebexo.carts.steps import CartState, Change
from ebexo.contacts.models import Contact
from ebexo.events import Cart as ToldCart
from ebexo.events import Item, Order, StoreEvent
from ebexo.secrets import keyed_hash


def change_of(event: StoreEvent, cart: ToldCart) -> Change:
    """What this event does to the cart. The same things in it are the same cart, whatever its link looks like."""
    told = cart.model_dump_json(exclude_defaults=True, exclude={"url"})
    return Change(event.occurred_at, digest=keyed_hash("cart", told), is_empty=not cart.items)


def hear(contact: Contact, cart: ToldCart, *, occurred_at: datetime) -> Cart:
    """Keep what is in the cart now, unless something newer was heard. Call it inside a transaction."""
    row = _row(contact, cart.id)
    if row.heard_at is None or occurred_at >= row.heard_at:
        row.heard_at, row.products = occurred_at, sorted({_product(item) for item in cart.items})
        row.save(update_fields=["heard_at", "products"])
    return row


def _row(contact: Contact, cart_id: str) -> Cart:
    """This person's cart, locked. An order that took the cart of this id before took it from everybody."""
    closed_at = Cart.objects.filter(store_id=contact.store_id, cart_id=cart_id).aggregate(
        at=Max("closed_at")
    )["at"]
    row, _is_new = Cart.objects.select_for_update(of=("self",)).get_or_create(
        contact=contact, cart_id=cart_id, defaults={"store_id": contact.store_id, "closed_at": closed_at}
    )
    return row


def state(contact_id: int, cart_id: str, *, remote: str) -> CartState:
    """What is known of the cart; of what another far side has, nothing."""
    row = Cart.objects.filter(contact_id=contact_id, cart_id=cart_id).first()
    if row is None:
        return CartState()
    if row.remote != remote:
        return CartState(closed_at=row.closed_at)
    return CartState(row.event_id, row.digest, row.occurred_at, row.told_at, row.closed_at)


def told(
    contact_id: int, cart_id: str, *, remote: str, change: Change, event_id: str | None, now: datetime
) -> None:
    """SALESmanago acknowledged this change; `event_id` is its CART event now, None where it has none any more."""
    Cart.objects.filter(contact_id=contact_id, cart_id=cart_id).update(
        remote=remote, event_id=event_id, digest=change.digest, occurred_at=change.occurred_at, told_at=now
    )


def told_already(contact_id: int, cart_id: str, *, remote: str, change: Change) -> None:
    """This change left the cart as SALESmanago has it, so what occurred before it is older than what was told."""
    cart = Cart.objects.filter(contact_id=contact_id, cart_id=cart_id, remote=remote)
    cart.filter(occurred_at__lt=change.occurred_at).update(occurred_at=change.occurred_at)


def forget_event(contact_id: int, cart_id: str, *, remote: str) -> None:
    """SALESmanago does not have this cart's event any more."""
    Cart.objects.filter(contact_id=contact_id, cart_id=cart_id, remote=remote).update(event_id=None)


def close(contact: Contact, order: Order, *, at: datetime) -> str | None:
    """An order took the cart at that moment: the one it names, whoever filled it, or the person's open one that the
    order explains. Gives back the id of the cart it took. Call it inside a transaction.
    """
    cart_id = order.cart_id or _explained(contact, order.items, at=at)
    if cart_id is None:
        return None
    _row(contact, cart_id)
    of_cart = Cart.objects.filter(store_id=contact.store_id, cart_id=cart_id)
    of_cart.filter(Q(closed_at=None) | Q(closed_at__lt=at)).update(closed_at=at)
    return cart_id


def _explained(contact: Contact, items: Iterable[Item], *, at: datetime) -> str | None:
    """The person's open cart whose products are all in the order, the one heard of last if there are several."""
    bought = {_product(item) for item in items}
    open_carts = Cart.objects.filter(contact=contact, heard_at__lte=at).filter(
        Q(closed_at=None) | Q(closed_at__lt=F("heard_at"))
    )
    for row in open_carts.order_by("-heard_at"):
        if row.products and set(row.products) <= bought:
            return row.cart_id
    return None


def _product(item: Item) -> str:
    return f"{item.product_id}/{item.variant_id or ''}"
