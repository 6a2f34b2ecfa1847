"""Values as the database takes them and gives them: the same on SQLite as Django's own, and sooner."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any

from django.db import connection
from django.db.models import DateTimeField, JSONField

LONGEST = 500
"""Characters of a list of words that is worth keeping."""


def moment(at: datetime | None) -> Any:
    """A moment as the database takes it."""
    return None if at is None else _adapted()(at)


@cache
def _adapted() -> Callable[[datetime], Any]:
    return _as_text if connection.vendor == "sqlite" else connection.ops.adapt_datetimefield_value


def _as_text(at: datetime) -> str:
    """What Django writes into SQLite, without asking it each time which zone that is."""
    return str(at.astimezone(UTC).replace(tzinfo=None))


def _as_moment(value: str, *_: object) -> datetime:
    """What Django makes of a moment in SQLite, sooner."""
    return datetime.fromisoformat(f"{value}+00:00")


def _from_json(convert: Callable[..., Any]) -> Callable[..., Any]:
    """The same as `convert`. Most of these columns hold a list of words, and the same ones again and again."""

    def converted(value: Any, *more: Any) -> Any:
        words = _words_in(value)
        return convert(value, *more) if words is None else list(words)

    return converted


@lru_cache(maxsize=1000)
def _words_in(text: str) -> Sequence[str] | None:
    """None: it is something else than a short list of words."""
    if len(text) > LONGEST or not text.startswith("["):
        return None
    found = json.loads(text)
    return tuple(found) if all(isinstance(one, str) for one in found) else None


def as_json(value: Any) -> Any:
    """What goes into a column of JSON, as the database takes it. A tuple is stored as a list."""
    if isinstance(value, tuple) or value == []:
        return _list_as_json(tuple(value))
    return connection.ops.adapt_json_value(value, None)


@lru_cache(maxsize=1000)
def _list_as_json(values: tuple[str, ...]) -> Any:
    return connection.ops.adapt_json_value(list(values), None)


def preparation(field: Any) -> Callable[[Any], Any]:
    """What makes of a value of this field what the database takes; None it takes as it is."""
    if isinstance(field, DateTimeField):
        return moment
    if isinstance(field, JSONField) and field.encoder is None:
        return as_json
    return lambda value: field.get_db_prep_save(value, connection)


def converters(field: Any) -> list[tuple[Callable[..., Any], Any]]:
    """What makes of a column of a row what the field holds, and what each of them wants to know of the column."""
    column = field.get_col(field.model._meta.db_table)  # noqa: SLF001
    if isinstance(field, DateTimeField) and connection.vendor == "sqlite":
        return [(_as_moment, column)]
    found = [*connection.ops.get_db_converters(column), *column.get_db_converters(connection)]
    if isinstance(field, JSONField):
        found = [_from_json(convert) for convert in found]
    return [(convert, column) for convert in found]
