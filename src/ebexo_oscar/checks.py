"""Deployment mistakes of a shop that embeds us, told by `manage check`."""

from typing import Any

from django.conf import settings
from django.core import checks

from ebexo.storefront.shop import setting


def register() -> None:
    for check in (database_engine, transactions, store_is_named, middleware):
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
            "Without the middleware Monitored, consents ticked in the checkout are not told, and no cookie is removed.",
            hint="Add ebexo.storefront.middleware.Monitored to MIDDLEWARE, behind session and authentication.",
            id="ebexo_oscar.W003",
        )
    ]
