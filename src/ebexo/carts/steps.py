"""What a change of a cart asks of SALESmanago. PURE: no Django, no clock, no database.

One CART event stands for one cart: the first change adds it, later ones update it, emptying deletes it, and an order
closes it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

UPDATED_WITHIN = timedelta(hours=12)
"""After so long without a change the next one starts another CART event, as SALESmanago's own modules do."""


class CartReason(StrEnum):
    """Why a change of a cart has nothing of its own to tell. Each has a sentence in `ebexo.carts.sentences`."""

    CLOSED = "cart_closed"
    OLDER = "cart_older"
    UNCHANGED = "cart_unchanged"
    EMPTY = "cart_empty"
    NEWER = "cart_newer"


@dataclass(frozen=True)
class CartState:
    """What is known of one person's cart.

    `event_id` is its CART event at SALESmanago while there is one, with `digest` of what it says, `told_at` when it
    was last told, and `occurred_at` the moment of the change that was told. `closed_at`: an order took the cart then.
    """

    event_id: str | None = None
    digest: str | None = None
    occurred_at: datetime | None = None
    told_at: datetime | None = None
    closed_at: datetime | None = None


@dataclass(frozen=True)
class Change:
    """A change of a cart: when it occurred, a digest of the whole cart after it, and whether nothing is in it."""

    occurred_at: datetime
    digest: str
    is_empty: bool


@dataclass(frozen=True)
class AddCart:
    pass


@dataclass(frozen=True)
class UpdateCart:
    event_id: str


@dataclass(frozen=True)
class DeleteCart:
    event_id: str


Step = AddCart | UpdateCart | DeleteCart | CartReason


def next_step(change: Change, cart: CartState, *, now: datetime) -> Step:
    """The call that tells this change, or why there is none."""
    if cart.closed_at is not None and change.occurred_at <= cart.closed_at:
        return CartReason.CLOSED
    if cart.occurred_at is not None and change.occurred_at < cart.occurred_at:
        return CartReason.OLDER
    stands = cart.event_id if not _was_closed(cart) else None
    if change.is_empty:
        return DeleteCart(stands) if stands else CartReason.EMPTY
    if stands is None:
        return AddCart()
    if change.digest == cart.digest:
        return CartReason.UNCHANGED
    is_recent = cart.told_at is not None and now - cart.told_at < UPDATED_WITHIN
    return UpdateCart(stands) if is_recent else AddCart()


def _was_closed(cart: CartState) -> bool:
    """The CART event that was told before the order stays as it is; what follows is another cart."""
    return cart.closed_at is not None and (cart.occurred_at is None or cart.occurred_at <= cart.closed_at)
