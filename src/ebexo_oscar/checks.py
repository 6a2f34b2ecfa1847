"""Deployment mistakes of a shop that embeds us, told by `manage check`."""

from typing import Any

from django.conf import settings
from django.core import checks
from django.urls import NoReverseMatch, reverse
from oscar.core.loading import get_class

from ebexo.storefront.shop import mapping, setting
from ebexo_oscar.loading import IN_ONE_TRANSACTION
from ebexo_oscar.order_steps import CANCELLED, PAID, RETURNED


def register() -> None:
    for check in (database_engine, transactions, store_is_named, middleware, orders, cart_links, meanings):
        checks.register(check)


def database_engine(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:  # noqa: ARG001
    engine = settings.DATABASES["default"]["ENGINE"]
    if engine in ("ebexo.sqlite", "django.db.backends.postgresql"):
        return []
    return [
        checks.Error(
            f"The database engine {engine} can't carry the outbox.",
            hint="Use PostgreSQL, or ebexo.sqlite: DATABASES = {'default': ebexo.database.database(environment())}.",
            id="ebexo_oscar.E001",
        )
    ]


def transactions(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:  # noqa: ARG001
    if settings.DATABASES["default"].get("ATOMIC_REQUESTS"):
        return []
    return [
        checks.Warning(
            "A registration and its event are written in two transactions.",
            hint="Set ATOMIC_REQUESTS to True, as Oscar recommends, so that a crash can't part them.",
            id="ebexo_oscar.W001",
        )
    ]


def store_is_named(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:  # noqa: ARG001
    if setting("STORE"):
        return []
    return [
        checks.Warning(
            "EBEXO names no STORE, so nothing is told to SALESmanago.",
            hint="Open one with: ebexo store create NAME. Then EBEXO = {'STORE': 'store-…'}.",
            id="ebexo_oscar.W002",
        )
    ]


def middleware(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:  # noqa: ARG001
    if "ebexo.storefront.middleware.Monitored" in settings.MIDDLEWARE:
        return []
    return [
        checks.Warning(
            "Without the middleware Monitored, consents ticked in the checkout are not told, nobody's cart is known"
            " by the cookie smclient, and no cookie is removed.",
            hint="Add ebexo.storefront.middleware.Monitored to MIDDLEWARE, behind session and authentication.",
            id="ebexo_oscar.W003",
        )
    ]


def orders(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:  # noqa: ARG001
    creator = get_class("order.utils", "OrderCreator")
    if getattr(creator, IN_ONE_TRANSACTION, False):
        return []
    is_atomic = settings.DATABASES["default"].get("ATOMIC_REQUESTS")
    outside = "outside of a request" if is_atomic else "anywhere"
    return [
        checks.Warning(
            f"An order that is placed {outside} and its event are written in two transactions.",
            hint="Set OSCAR_DYNAMIC_CLASS_LOADER to ebexo_oscar.loading.load, so that a crash can't part them.",
            id="ebexo_oscar.W004",
        )
    ]


def cart_links(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:  # noqa: ARG001
    try:
        reverse("ebexo_oscar:cart", args=["token"])
    except NoReverseMatch:
        return [
            checks.Warning(
                "Carts are told without a link that brings them back.",
                hint='Add to the shop\'s urls.py: path("cart/", include("ebexo_oscar.urls")).',
                id="ebexo_oscar.W005",
            )
        ]
    return []


def meanings(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:  # noqa: ARG001
    """Words of the shop that nobody explained, or explained by a word we do not have."""
    known = {"ORDER_STATUSES": {CANCELLED, RETURNED}, "PAYMENT_EVENTS": {PAID, RETURNED}}
    problems: list[checks.CheckMessage] = [
        checks.Error(
            f"EBEXO['{name}'] says that {word!r} means {meaning!r}, which is none of {', '.join(sorted(allowed))}.",
            id="ebexo_oscar.E002",
        )
        for name, allowed in known.items()
        for word, meaning in mapping(name).items()
        if meaning not in allowed
    ]
    if CANCELLED not in mapping("ORDER_STATUSES").values():
        problems.append(
            checks.Warning(
                "No status of an order says that it was cancelled, so no cancellation is told.",
                hint="Name it: EBEXO = {'ORDER_STATUSES': {'Cancelled': 'cancelled'}}.",
                id="ebexo_oscar.W006",
            )
        )
    return problems
