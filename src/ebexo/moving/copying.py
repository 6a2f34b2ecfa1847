"""Bringing over the rows of one table, a batch at a time."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db import transaction
from django.db.models import Model

from ebexo.moving import journal, target
from ebexo.moving.columns import Columns, Texts
from ebexo.moving.journal import Place
from ebexo.moving.source import Source
from ebexo.moving.tables import fields_of, key_of, table_of

BATCH_ROWS = 5_000
BATCH_LETTERS = 8_000_000
"""A batch ends at whichever comes first, so that a few large rows take no more memory than many small ones."""


def copy_table(model: type[Model], *, source: Source, place: Place, told: Callable[[int], None]) -> None:
    """Bring over what comes behind `place`. Each batch is one transaction, and `told` how many rows it had."""
    columns = Columns(model, keys=source.keys)
    key_at = [field.column for field in fields_of(model)].index(key_of(model).column)
    rows = source.rows(model, after=place)
    for last, batch in _batches(rows, columns, key_at=key_at):
        place = Place(last, place.rows + len(batch))
        with transaction.atomic():
            target.write(model, columns, batch)
            journal.keep(table_of(model), place)
        told(len(batch))


def _batches(
    rows: Iterable[tuple[Any, ...]], columns: Columns, *, key_at: int
) -> Iterator[tuple[Any, list[Texts]]]:
    """Each with the primary key of its last row."""
    batch: list[Texts] = []
    letters, last = 0, None
    for row in rows:
        texts, last = columns.carried(row), row[key_at]
        batch.append(texts)
        letters += sum(len(text) for text in texts if text)
        if len(batch) == BATCH_ROWS or letters >= BATCH_LETTERS:
            yield last, batch
            batch, letters = [], 0
    if batch:
        yield last, batch
