"""Statements that run for every event. They are made once; Django's ORM would compile them anew each time.

What comes back are the same models, made by the same converters, on SQLite and on PostgreSQL.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import (
    BooleanField,
    CharField,
    DateTimeField,
    Field,
    ForeignKey,
    IntegerField,
    Model,
    TextField,
)
from django.db.models.base import ModelState

from ebexo.as_stored import converters, preparation

M = TypeVar("M", bound=Model)
Row = Sequence[Any]
Make = Callable[[Row, BaseDatabaseWrapper], Any]
Value = int | str
AS_IT_IS = (BooleanField, CharField, TextField, IntegerField, ForeignKey)
"""What these hold goes to the database unchanged."""


class Rows(Generic[M]):
    """Whole rows of `model`.

    `where` has `{}` for each value, the names of its columns with their table; `follow` is a foreign key whose row
    is brought along. Values go to the database as they are: numbers and texts, or a list of such for `IN ({})`.
    `locked`: nobody else may change these rows until the transaction ends. `only`: no more than these columns and the
    number, `only_followed` the same for the row brought along; what else is asked of a row is read then.
    """

    def __init__(
        self,
        model: type[M],
        where: str,
        *,
        follow: str | None = None,
        only: tuple[str, ...] = (),
        only_followed: tuple[str, ...] = (),
        locked: bool = False,
    ) -> None:
        self._model, self._where, self._locked = model, where, locked
        self._follow, self._only, self._only_followed = follow, only, only_followed

    def found(self, *values: Value | list[Value] | list[int] | list[str]) -> list[M]:
        database = connections[DEFAULT_DB_ALIAS]
        sql, made = _select(self._model, self._follow, self._only, self._only_followed, database.vendor)
        return [made(row, database) for row in self._asked(sql, values, database)]

    def values(self, *values: Value | list[Value] | list[int] | list[str]) -> list[Row]:
        """The columns of `only` alone, in the order of the model: sooner than rows."""
        database = connections[DEFAULT_DB_ALIAS]
        sql, read = _select_values(self._model, self._only, database.vendor)
        return [read(row, database) for row in self._asked(sql, values, database)]

    def _asked(self, sql: str, values: Sequence[Any], database: BaseDatabaseWrapper) -> Sequence[Row]:
        if any(value == [] for value in values):  # PostgreSQL knows no empty list
            return []
        marks = [", ".join(["%s"] * len(value)) if isinstance(value, list) else "%s" for value in values]
        flat: list[Value] = [
            one for value in values for one in (value if isinstance(value, list) else [value])
        ]
        lock = _lock(self._model) if self._locked else ""
        with database.cursor() as cursor:
            cursor.execute(f"{sql} WHERE {self._where.format(*marks)}{lock}", flat)
            rows: Sequence[Row] = cursor.fetchall()
        return rows

    def first(self, *values: Value | list[Value]) -> M | None:
        """Any of them; only where there is one at most."""
        return next(iter(self.found(*values)), None)


def new(model: type[M], **values: object) -> M:
    """What `model(**values)` makes, sooner. Foreign keys are given as `…_id`."""
    instance = model.__new__(model)
    instance.__dict__.update(_defaults(model), **values)
    instance.__dict__["_state"] = ModelState()
    return instance


def insert(instance: Model) -> None:
    """Add this row; it has its number afterwards. No field of its model may fill itself."""
    database = connections[DEFAULT_DB_ALIAS]
    sql, values_of = _insert(type(instance), database.vendor)
    with database.cursor() as cursor:
        cursor.execute(f"{sql} RETURNING id", values_of(instance))
        (instance.pk,) = cursor.fetchone()
    instance._state.adding, instance._state.db = False, database.alias  # noqa: SLF001  (what `save` does)


def insert_all(model: type[M], instances: Iterable[M]) -> None:
    """Add these rows in their order. They don't learn their numbers. No field of the model may fill itself."""
    sql, values_of = _insert(model, connection.vendor)
    _one_after_the_other(sql, [values_of(instance) for instance in instances])


def change(sql: str, values: Sequence[Row]) -> None:
    """Run `sql`, which has `%s` for each value, once for each of these rows of values."""
    _one_after_the_other(sql, values)


def _one_after_the_other(sql: str, values: Sequence[Row]) -> None:
    """On PostgreSQL in one message. psycopg's own way is several, and PostgreSQL waits between two of them, with rows
    locked, for as long as it takes: a machine that is cut off just then counts as busy, not as idle."""
    if not values:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            compose: Callable[[str, Row], str] = connection.ops.compose_sql  # type: ignore[attr-defined]  # of PostgreSQL alone
            cursor.execute("; ".join(compose(sql, row) for row in values))
        else:
            cursor.executemany(sql, values)


def change_some(sql: str, values: Row, numbers: Sequence[int]) -> None:
    """Run `sql`, which has `%s` for each value, for the rows of these numbers: they stand where it has `{}`."""
    if numbers:
        with connection.cursor() as cursor:
            cursor.execute(sql.format(", ".join(["%s"] * len(numbers))), [*values, *numbers])


def _lock(model: type[Model]) -> str:
    """On SQLite a transaction that writes is alone."""
    return f" FOR UPDATE OF {_quoted(model)}" if connection.features.has_select_for_update else ""


def _defaults(model: type[Model]) -> dict[str, Any]:
    same, made_anew = _kinds_of_default(model)
    return {**same, **{name: make() for name, make in made_anew}}


@cache
def _kinds_of_default(model: type[Model]) -> tuple[dict[str, Any], list[tuple[str, Callable[[], Any]]]]:
    fields = _fields(model)
    same = {field.attname: field.get_default() for field in fields}
    return same, [
        (field.attname, field.default) for field in fields if field.has_default() and callable(field.default)
    ]


@cache
def _select(
    model: type[Model],
    follow: str | None,
    only: tuple[str, ...],
    only_followed: tuple[str, ...],
    vendor: str,  # noqa: ARG001  (converters differ by it)
) -> tuple[str, Make]:
    """SQL without its condition, and what makes an instance of a row."""
    fields, table = _fields(model, only), _quoted(model)
    made = _maker(model, fields)
    if follow is None:
        return f"SELECT {_columns(fields, table)} FROM {table}", made  # noqa: S608  (our own names)
    key: ForeignKey[Any, Any] = model._meta.get_field(follow)  # type: ignore[assignment]  # noqa: SLF001
    other: type[Model] = key.related_model  # of a loaded model it is a class
    fields_there, there = _fields(other, only_followed), _quoted(other)
    made_there = _maker(other, fields_there)
    columns = f"{_columns(fields, table)}, {_columns(fields_there, there)}"
    sql = f"SELECT {columns} FROM {table} JOIN {there} ON {there}.id = {table}.{key.column}"  # noqa: S608

    def made_with_other(row: Row, database: BaseDatabaseWrapper) -> Model:
        instance: Model = made(row[: len(fields)], database)
        key.set_cached_value(instance, made_there(row[len(fields) :], database))
        return instance

    return sql, made_with_other


@cache
def _select_values(
    model: type[Model],
    only: tuple[str, ...],
    vendor: str,  # noqa: ARG001  (converters differ by it)
) -> tuple[str, Make]:
    """The same for columns alone."""
    fields, table = [field for field in _fields(model) if field.attname in only], _quoted(model)
    to_convert = [(place, *found) for place, field in enumerate(fields) for found in converters(field)]

    def read(row: Row, database: BaseDatabaseWrapper) -> Row:
        values = list(row)
        for place, convert, column in to_convert:
            if values[place] is not None:
                values[place] = convert(values[place], column, database)
        return values

    return f"SELECT {_columns(fields, table)} FROM {table}", read  # noqa: S608  (our own names)


def _maker(model: type[Model], fields: Sequence["Field[Any, Any]"]) -> Make:
    """Makes an instance as unpickling does, past the slow and general way of `Model.__init__`."""
    names = [field.attname for field in fields]
    to_convert = [(field.attname, *found) for field in fields for found in converters(field)]

    def made(row: Row, database: BaseDatabaseWrapper) -> Model:
        instance = model.__new__(model)
        values = instance.__dict__
        values.update(zip(names, row, strict=True))
        for name, convert, column in to_convert:
            if values[name] is not None:
                values[name] = convert(values[name], column, database)
        state = values["_state"] = ModelState()
        state.adding, state.db = False, database.alias
        return instance

    return made


@cache
def _insert(
    model: type[Model],
    vendor: str,  # noqa: ARG001  (what a value becomes differs by vendor)
) -> tuple[str, Callable[[Model], list[Any]]]:
    fields = [field for field in _fields(model) if not field.primary_key]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    names = [field.attname for field in fields]
    others = [
        (place, preparation(field)) for place, field in enumerate(fields) if not isinstance(field, AS_IT_IS)
    ]

    def values_of(instance: Model) -> list[Any]:
        held = instance.__dict__
        values = [held[name] for name in names]
        for place, prepared in others:
            if values[place] is not None:
                values[place] = prepared(values[place])
        return values

    return f"INSERT INTO {_quoted(model)} ({columns}) VALUES ({marks})", values_of  # noqa: S608  (our own names)


def _fields(model: type[Model], only: tuple[str, ...] = ()) -> Sequence["Field[Any, Any]"]:
    fields: Sequence[Field[Any, Any]] = model._meta.concrete_fields  # noqa: SLF001
    return [field for field in fields if not only or field.primary_key or field.attname in only]


def _quoted(model: type[Model]) -> str:
    return f'"{model._meta.db_table}"'  # noqa: SLF001


def _columns(fields: Sequence["Field[Any, Any]"], table: str) -> str:
    return ", ".join(f'{_plain(field)}{table}."{field.column}"' for field in fields)


def _plain(field: "Field[Any, Any]") -> str:
    """SQLite gives a moment out as the text it is where it is not named as a column; its own converter is slow."""
    return "+" if isinstance(field, DateTimeField) and connection.vendor == "sqlite" else ""
