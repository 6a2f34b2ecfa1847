"""How far a move is, in one row of the PostgreSQL that it goes to.

The table is made by the first move and never on SQLite. A position is written in the transaction of the rows it
stands for, so a move that was killed goes on exactly where it was.
"""

import json
from dataclasses import dataclass
from typing import Any

from django.db import connection

_MAKE = """
    CREATE TABLE IF NOT EXISTS ebexo_move (
        id smallint PRIMARY KEY CHECK (id = 1),
        source text NOT NULL,
        begun_at timestamptz NOT NULL DEFAULT now(),
        places jsonb NOT NULL DEFAULT '{}',
        finished_at timestamptz
    )
"""
_IS_THERE = "SELECT to_regclass('ebexo_move') IS NOT NULL"
_READ = "SELECT source, places::text, finished_at IS NOT NULL FROM ebexo_move"
_BEGIN = "INSERT INTO ebexo_move (id, source) VALUES (1, %s)"
_GO_ON = "UPDATE ebexo_move SET places = places || %s::jsonb"
_FINISH = "UPDATE ebexo_move SET finished_at = now()"
_FORGET = "DELETE FROM ebexo_move"


@dataclass(frozen=True)
class Place:
    """The primary key of the last row of a table that was brought over, and how many rows those were."""

    key: int | str | None = None
    rows: int = 0


@dataclass(frozen=True)
class Begun:
    """A move that was begun. `source` tells one installation from another."""

    source: str
    places: dict[str, Place]
    is_finished: bool

    def place(self, table: str) -> Place:
        return self.places.get(table, Place())


def begun() -> Begun | None:
    """The move to the present database, if there is one."""
    with connection.cursor() as cursor:
        cursor.execute(_IS_THERE)
        if not cursor.fetchone()[0]:
            return None
        cursor.execute(_READ)
        row = cursor.fetchone()
    if row is None:
        return None
    source, places, is_finished = row
    return Begun(source, {table: Place(*place) for table, place in json.loads(places).items()}, is_finished)


def is_half_way() -> bool:
    """Is the present database one that a move has not finished with?"""
    found = begun() if connection.vendor == "postgresql" else None
    return found is not None and not found.is_finished


def begin(source: str) -> None:
    _execute(_MAKE)
    _execute(_BEGIN, [source])


def keep(table: str, place: Place) -> None:
    """Call it in the transaction that writes the rows."""
    _execute(_GO_ON, [json.dumps({table: [place.key, place.rows]})])


def finish() -> None:
    _execute(_FINISH)


def forget() -> None:
    _execute(_FORGET)


def _execute(sql: str, values: list[Any] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
