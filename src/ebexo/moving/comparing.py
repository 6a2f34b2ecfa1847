"""Comparing a table on both sides: how many rows, and a checksum over every value of each of them in order."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Model

from ebexo.moving import target
from ebexo.moving.columns import Columns, Texts
from ebexo.moving.errors import CannotMove
from ebexo.moving.source import Source
from ebexo.moving.tables import table_of

TELL_EVERY = 5_000


@dataclass(frozen=True)
class Sum:
    rows: int
    checksum: str


def compare(model: type[Model], *, source: Source, told: Callable[[int], None]) -> Sum:
    """What both sides have of this table. Raises CannotMove where they differ."""
    columns = Columns(model, keys=source.keys)
    here = _sum(map(columns.texts, source.rows(model)), columns, told)
    there = _sum(target.rows(model, columns), columns, told)
    if here != there:
        raise CannotMove(
            f"{table_of(model)} differs: {here.rows} rows with the checksum {here.checksum} in SQLite, "
            f"{there.rows} with {there.checksum} in PostgreSQL. One of them was changed since the move began; "
            "begin it again with: ebexo move --anew"
        )
    return here


def _sum(rows: Iterable[Texts], columns: Columns, told: Callable[[int], None]) -> Sum:
    digest, count = hashlib.blake2b(digest_size=8), 0
    for row in rows:
        digest.update(repr(columns.compared(row)).encode())
        count += 1
        if count % TELL_EVERY == 0:
            told(TELL_EVERY)
    told(count % TELL_EVERY)
    return Sum(count, digest.hexdigest())
