"""Values as the database takes them and gives them: the same on SQLite as Django's own, and sooner."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import DateTimeField, JSONField


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
    return datetime.fromisoformat(value).replace(tzinfo=UTC)


def _from_json(convert: Callable[..., Any]) -> Callable[..., Any]:
    """The same as `convert`. Nearly all these columns hold nothing, and that is told by a look."""

    def converted(value: Any, *more: Any) -> Any:
        return [] if value == "[]" else convert(value, *more)

    return converted


def as_json(value: object) -> Any:
    """What goes into a column of JSON, as the database takes it."""
    if value == [] and connection.vendor == "sqlite":  # as nearly always
        return "[]"
    return connection.ops.adapt_json_value(value, None)


def converters(field: Any) -> list[tuple[Callable[..., Any], Any]]:
    """What makes of a column of a row what the field holds, and what each of them wants to know of the column."""
    column = field.get_col(field.model._meta.db_table)  # noqa: SLF001
    if isinstance(field, DateTimeField) and connection.vendor == "sqlite":
        return [(_as_moment, column)]
    found = [*connection.ops.get_db_converters(column), *column.get_db_converters(connection)]
    if isinstance(field, JSONField):
        found = [_from_json(convert) for convert in found]
    return [(convert, column) for convert in found]
