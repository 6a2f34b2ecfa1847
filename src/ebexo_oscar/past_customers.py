"""Everybody whom the shop knows: customers with an account, with orders or without, and guests who ordered.

An account that was switched off, and staff, are left out. A guest is told as of their newest order. The places are
`user:PK` and `guest:PK of that order`.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Max
from django.db.models.functions import Lower
from oscar.core.loading import get_model

from ebexo_oscar.customers import buyer, customer
from ebexo_oscar.past_records import BATCH, Record

USER, GUEST = "user", "guest"
AT_ONCE = 10_000


def count() -> int:
    return int(_users().count() + _guests().count())


def records(after: str | None) -> Iterator[Record]:
    """Those behind the place `after`, or all."""
    group, _, pk = (after or "").partition(":")
    if group != GUEST:
        yield from _customers(after=pk or None)
    yield from _guest_orders(after=pk if group == GUEST else None)


def _customers(*, after: Any) -> Iterator[Record]:
    while batch := list(_behind(_users(), after)[:BATCH]):
        for user in batch:
            yield Record(f"{USER}:{user.pk}", partial(_event, customer, user), (user.email,))
        after = batch[-1].pk


def _guest_orders(*, after: Any) -> Iterator[Record]:
    while pks := _newest_orders(after):
        for start in range(0, len(pks), BATCH):
            batch = _orders().filter(pk__in=pks[start : start + BATCH]).select_related("shipping_address")
            for order in batch.order_by("pk"):
                yield Record(f"{GUEST}:{order.pk}", partial(_event, buyer, order), (order.guest_email,))
        after = pks[-1]


def _event(describe: Any, record: Any) -> dict[str, Any]:
    return {"type": "customer.updated", "customer": describe(record)}


def _users() -> Any:
    users: Any = get_user_model().objects
    return users.filter(is_active=True, is_staff=False).exclude(email="").order_by("pk")


def _guests() -> Any:
    """The newest order of each address that ordered without an account."""
    orders = _orders().filter(user=None).exclude(guest_email="")
    return (
        orders.annotate(email_of_guest=Lower("guest_email"))
        .values("email_of_guest")
        .annotate(newest=Max("pk"))
    )


def _newest_orders(after: Any) -> list[Any]:
    """The next of them. Finding them reads all orders of guests, so many are taken at once."""
    guests = _guests() if after is None else _guests().filter(newest__gt=after)
    return list(guests.order_by("newest").values_list("newest", flat=True)[:AT_ONCE])


def _orders() -> Any:
    return get_model("order", "Order").objects.order_by()


def _behind(rows: Any, pk: Any) -> Any:
    return rows if pk is None else rows.filter(pk__gt=pk)
