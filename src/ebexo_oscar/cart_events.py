"""Telling a cart that was marked: what is in it now, as whose it is, compared with what was told of it last."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.http import HttpRequest

from ebexo.outbox.states import State
from ebexo.secrets import keyed_hash
from ebexo.storefront.present import present_request
from ebexo_oscar import baskets
from ebexo_oscar.customers import customer
from ebexo_oscar.links import link
from ebexo_oscar.models import ToldCart
from ebexo_oscar.writing import write

Identity = dict[str, Any]


@dataclass(frozen=True)
class Snapshot:
    """The cart as it is now."""

    contents: dict[str, Any]

    @property
    def quantity(self) -> int:
        return sum(item["quantity"] for item in self.contents["items"])

    @property
    def digest(self) -> str:
        """Nothing for a cart with nothing in it, which is what one that was never told is taken for."""
        text = json.dumps(self.contents, sort_keys=True)
        return keyed_hash("told-cart", text) if self.contents["items"] else ""


def changed(basket_id: int) -> None:
    """Tell this cart if it is another one than was told. The mark goes with the event, or stays with a failure."""
    mark = ToldCart.objects.select_for_update().filter(pk=basket_id, changed_at__isnull=False).first()
    basket = baskets.find(basket_id) if mark else None
    if mark is None:
        return
    if basket is None or basket.status in (basket.SUBMITTED, basket.SAVED) or _is_nobodys(basket):
        mark.delete()
        return
    now = Snapshot(baskets.contents(basket, _their_request(basket)))
    is_owned = basket.owner_id is not None
    smclient = "" if is_owned else mark.smclient
    if mark.told_as and mark.told_as != smclient and mark.digest:
        _end(mark)
    if now.digest != mark.digest:
        identity = {"customer": customer(basket.owner)} if is_owned else _visitor(smclient)
        is_out = _write(mark, now, identity)
        mark.told_as = smclient if is_out else ""
    _remember(mark, now)


def _is_nobodys(basket: Any) -> bool:
    """A cart of staff, or of a customer who can't be told of."""
    return basket.owner is not None and (basket.owner.is_staff or not basket.owner.email)


def _their_request(basket: Any) -> HttpRequest | None:
    """The present request, if it is of the basket's owner, or of somebody not logged in."""
    request = present_request()
    return request if request is not None and request.user.pk == basket.owner_id else None


def _end(mark: ToldCart) -> None:
    """The browser is somebody else's now: the cart ends as that of the person it was told as."""
    _write(mark, Snapshot({"items": [], "total": "0.00", "currency": None}), _visitor(mark.told_as))
    mark.digest, mark.quantity, mark.told_as = "", 0, ""


def _write(mark: ToldCart, cart: Snapshot, identity: Identity) -> bool:
    """Write the event; False if it is withheld, so that nothing of it will ever be sent."""
    has_more = cart.quantity > mark.quantity
    event = {
        "id": f"cart-{uuid4()}",
        "type": "cart.product_added" if has_more else "cart.product_removed",
        "occurred_at": mark.changed_at.isoformat() if mark.changed_at else None,
        **identity,
        "cart": {
            "id": str(mark.basket_id),
            **cart.contents,
            "url": link(mark.basket_id, shop_url=mark.shop_url) if cart.quantity else None,
        },
    }
    return write(event).message.state != State.WITHHELD


def _visitor(smclient: str) -> Identity:
    return {"visitor": {"smclient": smclient} if smclient else {}}


def _remember(mark: ToldCart, cart: Snapshot) -> None:
    """Of a cart with nothing in it there is nothing to remember."""
    if not cart.digest:
        mark.delete()
        return
    mark.digest, mark.quantity = cart.digest, cart.quantity
    mark.changed_at, mark.smclient = None, mark.told_as
    mark.save()
