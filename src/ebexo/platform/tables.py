"""Which tables hold rows of a store, found from the models themselves: a new one can't be forgotten."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db.models import ForeignKey, Model, QuerySet

from ebexo.routers import OURS
from ebexo.stores.models import Store


@dataclass(frozen=True)
class Table:
    """A model, and the lookup that leads from one of its rows to the store."""

    model: type[Model]
    path: str

    def rows_of(self, store: Store) -> QuerySet[Any]:
        return self.model._base_manager.filter(**{self.path: store.pk})  # noqa: SLF001  (Django's public name)


@cache
def tables() -> tuple[Table, ...]:
    """Every table with rows of a store, the store's own left out, such that none points at one that comes before it."""
    paths = _paths()
    ordered: list[type[Model]] = []

    def visit(model: type[Model]) -> None:
        """Whatever points at `model` goes first."""
        for other in paths:
            if other is not model and other not in ordered and model in _targets(other):
                visit(other)
        if model not in ordered:
            ordered.append(model)

    for model in paths:
        visit(model)
    return tuple(Table(model, paths[model]) for model in ordered if model is not Store)


def _paths() -> dict[type[Model], str]:
    """The shortest lookup from each model to its store. What belongs to no store has none."""
    configs = [config for config in apps.get_app_configs() if config.label.startswith(OURS)]
    ours = [model for config in configs for model in config.get_models(include_auto_created=True)]
    paths: dict[type[Model], str] = {Store: "pk"}
    found = True
    while found:
        step = {model: path for model in ours if model not in paths if (path := _step(model, paths))}
        paths |= step
        found = bool(step)
    return paths


def _step(model: type[Model], paths: dict[type[Model], str]) -> str | None:
    """One step from `model` to one whose path is known; rather by a column that always has a value."""
    keys = [key for key in _foreign_keys(model) if key.related_model in paths]
    for key in sorted(keys, key=lambda key: key.null):
        return "__".join(part for part in (key.name, paths[key.related_model]) if part)
    return None


def _targets(model: type[Model]) -> set[Any]:
    return {key.related_model for key in _foreign_keys(model)}


def _foreign_keys(model: type[Model]) -> list[Any]:
    fields = model._meta.get_fields()  # noqa: SLF001  (Django's public name)
    return [field for field in fields if isinstance(field, ForeignKey)]
