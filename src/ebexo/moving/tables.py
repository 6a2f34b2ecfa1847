"""The tables of an installation, in an order in which each can be filled."""

from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.db.models import Field, Model

OURS = "ebexo_"
BY_OTHER_MEANS = frozenset({"ebexo_stores_installation"})
"""The installation secret lies in a file on SQLite, and in this table on PostgreSQL."""
WHAT_SETS_GOING = frozenset({"ebexo_stores_apikey", "ebexo_stores_operatorkey", "ebexo_outbox_lane"})
"""Without a lane nobody sends, and without a key nobody tells an event: these come over last, at one blow."""


def tables() -> list[type[Model]]:
    """Every model of the installed apps that has a table, those of many-to-many relations included.

    Each comes behind those it refers to.
    """
    ordered: dict[type[Model], None] = {}
    for model in apps.get_models(include_auto_created=True):
        if model._meta.app_label.startswith(OURS):  # noqa: SLF001  (Django's own name for it)
            _add(model, ordered)
    return [model for model in ordered if table_of(model) not in BY_OTHER_MEANS]


def _add(model: type[Model], ordered: dict[type[Model], None]) -> None:
    if model in ordered:
        return
    for field in fields_of(model):
        other: Any = field.related_model
        if other and other is not model:
            _add(other, ordered)
    ordered[model] = None


def table_of(model: type[Model]) -> str:
    return model._meta.db_table  # noqa: SLF001


def key_of(model: type[Model]) -> "Field[Any, Any]":
    key: Field[Any, Any] = model._meta.pk  # noqa: SLF001
    return key


def fields_of(model: type[Model]) -> Sequence["Field[Any, Any]"]:
    return model._meta.concrete_fields  # noqa: SLF001
