"""Marking carts that changed, and telling each whole after the commit.

Oscar has no signal for most changes of a basket, and inside those of Django neither its lines nor its prices are
complete. So a change only leaves a mark, in the shop's own transaction. Once that is committed, the cart is read and
told, beside the shopper's request; a mark that a failure or a crash left behind is found by the sweep.
"""

import logging
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from ebexo.contacts.models import Acquaintance
from ebexo.storefront.present import present_request
from ebexo.storefront.shop import setting
from ebexo_oscar import cart_events
from ebexo_oscar.aside import aside
from ebexo_oscar.models import ToldCart
from ebexo_oscar.people import contact_of
from ebexo_oscar.visiting import shop_url_of, smclient_of

log = logging.getLogger("ebexo_oscar")
LEFT_BEHIND_AFTER = timedelta(minutes=1)
AT_ONCE = 100
VISITOR_KEPT_FOR = timedelta(days=30)
"""Longer than a browser keeps the basket of somebody who is not logged in: seven days, by Oscar's settings."""


def mark(basket_id: Any) -> None:
    """Remember, in the shop's transaction, that this cart changed; tell it once that is committed.

    Where very many carts change at once, as when a product is deleted, the sweep tells most of them. A shop that is no
    store yet marks nothing.
    """
    if basket_id is None or not setting("STORE"):
        return
    now = timezone.now()
    fields: dict[str, Any] = {"changed_at": now, "tried_at": now, **_circumstances()}
    row = ToldCart(basket_id=basket_id, **fields)
    ToldCart.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["basket_id"], update_fields=list(fields)
    )
    if len(connection.run_on_commit) < AT_ONCE:
        transaction.on_commit(partial(aside, partial(_tell, int(basket_id))), robust=True)


def drop(basket_id: Any) -> None:
    """The basket is gone, and so is what was remembered of it."""
    with (
        connection.cursor() as cursor
    ):  # every order comes this way, and the ORM takes longer than the database
        cursor.execute("DELETE FROM ebexo_oscar_toldcart WHERE basket_id = %s", [basket_id])


def forget(user: Any) -> None:
    """Forget which carts were told as those of this person's browser."""
    contact = contact_of(user)
    vendor_ids = Acquaintance.objects.filter(contact=contact).values_list("vendor_id", flat=True)
    if contact is not None and (ids := list(vendor_ids)):
        ToldCart.objects.filter(Q(smclient__in=ids) | Q(told_as__in=ids)).update(smclient="", told_as="")


def sweep() -> int:
    """Tell carts whose mark was left behind: more than a minute old. Gives back how many were told."""
    now = timezone.now()
    ToldCart.objects.filter(changed_at=None, tried_at__lt=now - VISITOR_KEPT_FOR).exclude(told_as="").delete()
    rows = ToldCart.objects.filter(changed_at__isnull=False, tried_at__lt=now - LEFT_BEHIND_AFTER)
    left_behind = list(rows.order_by("tried_at").values_list("basket_id", flat=True)[:AT_ONCE])
    return sum(_tell(basket_id) for basket_id in left_behind)


def _circumstances() -> dict[str, Any]:
    """What only the request knows. Somebody logged in says nothing of the visitor who filled the cart before."""
    request = present_request()
    if request is None:
        return {}
    if request.user.is_authenticated:
        return {"shop_url": shop_url_of(request)}
    return {"shop_url": shop_url_of(request), "smclient": smclient_of(request)}


def _tell(basket_id: int) -> bool:
    if not ToldCart.objects.filter(basket_id=basket_id, changed_at__isnull=False).exists():
        return False  # an earlier line of the same change told it already
    try:
        with transaction.atomic():
            cart_events.changed(basket_id)
    except Exception:
        log.exception("ebexo_oscar: a cart could not be told; the mark stays")
        ToldCart.objects.filter(basket_id=basket_id).update(tried_at=timezone.now())  # the others come first
        return False
    return True
