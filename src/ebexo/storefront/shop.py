"""What a Django shop tells us about itself, in its settings:

    EBEXO = {
        "STORE": "store-1a2b3c4d5e",                    # the store this shop is, as `ebexo store list` prints it
        "COOKIES_ALLOWED": "shop.cookies.allowed",      # function of the request: did the visitor accept them?
        "CUSTOMER": "shop.people.customer",             # function of a user: the `customer` of a store event
        "CONSENTS": "shop.people.consents",             # function of the request: the `consents` of a store event
        "PAYMENT_METHOD": "shop.payment.method",        # function of an order: how it is paid for, in words
        "ORDER_STATUSES": {"Cancelled": "cancelled"},   # statuses of an order that say: cancelled, returned
        "PAYMENT_EVENTS": {"paid": "paid"},             # codes of payment event types that say: paid, returned
        "SHOP_URL": "https://shop.example",             # the shop's address, for links made without a request
    }

Only STORE is required. Without COOKIES_ALLOWED no cookie is allowed; without ORDER_STATUSES and PAYMENT_EVENTS
nothing but the placing of an order is told. SHOP_URL stands in for the domain of the shop's site.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string

from ebexo.statements import Rows
from ebexo.stores.models import Account, Store


class NoStore(Exception):
    """The shop's settings name no store that this installation knows."""


def store() -> Store:
    """The store that this shop is, with its account. Raises NoStore."""
    handle = setting("STORE")
    found = _STORES.first(handle) if handle else None
    account = _ACCOUNTS.first(found.pk) if found else None
    if found is None or account is None:
        raise NoStore(f"EBEXO['STORE'] is {handle!r}: there is no such store.")
    found.account = account
    return found


_STORES, _ACCOUNTS = Rows(Store, "handle = {}"), Rows(Account, "store_id = {}")


def cookies_allowed(request: HttpRequest) -> bool:
    """Did this visitor accept cookies? Silence is a no."""
    allowed = function("COOKIES_ALLOWED")
    return allowed is not None and bool(allowed(request))


def setting(name: str) -> str | None:
    return getattr(settings, "EBEXO", {}).get(name)


def mapping(name: str) -> Mapping[str, str]:
    """The shop's setting `name`, which says what words of its own mean; empty where it says nothing."""
    told: Mapping[str, str] = getattr(settings, "EBEXO", {}).get(name) or {}
    return told


def function(name: str) -> Callable[..., Any] | None:
    """The function that the shop's setting `name` points to, or None where it names none."""
    path = setting(name)
    return _imported(path) if path else None


@cache
def _imported(path: str) -> Callable[..., Any]:
    found: Callable[..., Any] = import_string(path)
    return found
