"""The PostgreSQL that an installation is moved to."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError, DataError, IntegrityError, connection
from django.db.models import Model

from ebexo.moving.columns import Columns, Texts
from ebexo.moving.errors import CannotMove
from ebexo.moving.tables import key_of, table_of

MOVING = 0x6562_6D76
"""The number of the lock; "ebmv" in ASCII."""
LOCK_SECONDS = 20
_SEAL = """
    INSERT INTO ebexo_stores_installation (id, sealed, made_at) VALUES (1, %s, now())
    ON CONFLICT (id) DO UPDATE SET sealed = excluded.sealed
"""


@contextmanager
def alone() -> Iterator[None]:
    """No other move writes to this database meanwhile. One that was killed lets go in a moment. Raises CannotMove."""
    try:
        _execute(f"SET lock_timeout = '{LOCK_SECONDS}s'")
        _execute(f"SELECT pg_advisory_lock({MOVING})")
    except DatabaseError:
        raise CannotMove("Another ebexo move is writing to this PostgreSQL.") from None
    _execute("SET lock_timeout = 0")
    yield
    _execute(f"SELECT pg_advisory_unlock({MOVING})")


def write(model: type[Model], columns: Columns, rows: Iterable[Texts]) -> None:
    """Add these rows. Raises CannotMove where PostgreSQL does not take one."""
    with _refusals_of(model), connection.cursor() as cursor:
        with cursor.copy(f'COPY "{table_of(model)}" ({columns.names}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)
        _execute(
            "SET CONSTRAINTS ALL IMMEDIATE"
        )  # a reference that leads nowhere is told here, not at the commit
        _execute("SET CONSTRAINTS ALL DEFERRED")


@contextmanager
def _refusals_of(model: type[Model]) -> Iterator[None]:
    try:
        with connection.wrap_database_errors:  # COPY is the driver's own
            yield
    except (DataError, IntegrityError) as error:
        said = str(error).partition("\n")[0]  # what follows may name people
        raise CannotMove(
            f"PostgreSQL does not take a row of {table_of(model)}: {said}. If the installation was used since the "
            "move began, begin it again with: ebexo move --anew"
        ) from None


def rows(model: type[Model], columns: Columns) -> Iterator[Texts]:
    """Every row as texts, in the order in which SQLite has them; they are not held in memory."""
    key = key_of(model)
    order = f'"{table_of(model)}"."{key.column}"' + (
        ' COLLATE "C"' if key.get_internal_type() == "CharField" else ""
    )
    query = f'SELECT {columns.shown} FROM "{table_of(model)}" ORDER BY {order}'  # noqa: S608  (our own names)
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(f"COPY ({query}) TO STDOUT") as copy,
    ):
        yield from copy.rows()


def holds_rows(table: str) -> bool:
    return bool(_one(f'SELECT EXISTS (SELECT 1 FROM "{table}")'))  # noqa: S608  (our own names)


def empty(tables: Sequence[str]) -> None:
    _execute(f"TRUNCATE {', '.join(tables)}")


def go_on_counting(table: str, column: str | None, *, last: int) -> None:
    """The next row of this table gets the number behind `last`."""
    if last:
        _execute(f"SELECT setval(pg_get_serial_sequence('\"{table}\"', '{column}'), {last})")


def take_stock(tables: Iterable[str]) -> None:
    """PostgreSQL plans its queries by what it knows of the tables."""
    for table in tables:
        _execute(f'ANALYZE "{table}"')


def keep_installation_secret(sealed: str) -> None:
    """In the place of the one that `ebexo migrate` made, with which nothing was closed or signed yet."""
    _execute(_SEAL, [sealed])


def _execute(sql: str, values: list[Any] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def _one(sql: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]
