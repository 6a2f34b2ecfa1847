"""The SQLite installation that is moved: held still while it is read."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.db import OperationalError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

from ebexo.database import database
from ebexo.environment import environment
from ebexo.moving.errors import CannotMove
from ebexo.moving.journal import Place
from ebexo.moving.keys import Keys
from ebexo.moving.tables import fields_of, key_of, table_of

ALIAS = "moved"


class Source:
    """Reads the tables of one data directory. Values come as SQLite gives them, not as a model has them."""

    def __init__(self, data_dir: Path, connection: BaseDatabaseWrapper) -> None:
        self.data_dir, self.connection = data_dir, connection
        self.keys = Keys(data_dir)

    def rows(self, model: type[Model], *, after: Place = Place()) -> Iterator[tuple[Any, ...]]:  # noqa: B008  (frozen)
        """Those behind `after`, in the order of their primary keys; they are not held in memory."""
        key = f'"{key_of(model).column}"'
        names = ", ".join(f'"{field.column}"' for field in fields_of(model))
        where, values = ("", []) if after.key is None else (f"WHERE {key} > %s", [after.key])
        with closing(self.connection.cursor()) as cursor:
            cursor.execute(f'SELECT {names} FROM "{table_of(model)}" {where} ORDER BY {key}', values)  # noqa: S608
            yield from cursor

    def count(self, table: str) -> int:
        return int(self._one(f'SELECT COUNT(*) FROM "{table}"'))  # noqa: S608  (our own names)

    def last_number(self, table: str) -> int:
        """The highest number ever given to a row of this table, even if the row is gone. 0: none."""
        return int(self._one(f"SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = '{table}'"))  # noqa: S608

    def tables(self) -> set[str]:
        """Every table whose name begins as ours do."""
        with closing(self.connection.cursor()) as cursor:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB 'ebexo_*'")
            return {name for (name,) in cursor.fetchall()}

    def _one(self, sql: str) -> Any:
        with closing(self.connection.cursor()) as cursor:
            cursor.execute(sql)
            return cursor.fetchone()[0]


@contextmanager
def held_still(data_dir: Path) -> Iterator[Source]:
    """The installation in `data_dir`: nobody sends from it, and nobody writes to it, until this is left.

    Raises CannotMove.
    """
    file = data_dir / "ebexo.sqlite3"
    if not file.exists():
        raise CannotMove(f"There is no SQLite installation in {data_dir}: EBEXO_DATA_DIR says where it is.")
    with _nobody_sends(data_dir):
        here = database(replace(environment(), database_url=None))
        connections.databases[ALIAS] = {**connections.databases["default"], **here}
        try:
            with transaction.atomic(using=ALIAS):  # holds the writer lock
                yield Source(data_dir, connections[ALIAS])
        except OperationalError as error:
            if "database is locked" not in str(error):
                raise
            raise CannotMove(f"Something goes on writing to {file}: stop it first.") from None
        finally:
            connections[ALIAS].close()


@contextmanager
def _nobody_sends(data_dir: Path) -> Iterator[None]:
    descriptor = os.open(data_dir / "dispatcher.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise CannotMove(
            f"ebexo serve, or another ebexo move, is running on {data_dir}: stop it first."
        ) from None
    finally:
        os.close(descriptor)
