"""A table with a header: its rows as lines whose cells are found by what they are for."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from ebexo.history.reading.lines import lines
from ebexo.history.reading.records import Record, records
from ebexo.history.reading.types import Shape
from ebexo.history.reading.values import tidy
from ebexo.history.reading.words import ProblemCode

_OF_ITEM = re.compile(r"order\.items\.\d+\.")


@dataclass(frozen=True)
class Columns:
    """Which column is for which field: their places and their headers."""

    places: Mapping[str, int]
    headers: tuple[str, ...]

    @classmethod
    def of(cls, shape: Shape) -> "Columns":
        places = {column.field: place for place, column in enumerate(shape.columns) if column.field}
        return cls(places, tuple(column.header for column in shape.columns))

    def header(self, field: str) -> str:
        """What the file calls the field; the field itself where no column tells it."""
        place = self.places.get(_OF_ITEM.sub("order.items.", field))
        return field if place is None else self.headers[place]

    def beginning_with(self, prefix: str) -> tuple[str, ...]:
        return tuple(field for field in self.places if field.startswith(prefix))


@dataclass(frozen=True)
class Line:
    """A row of the table with as many cells as it needs."""

    record: Record
    columns: Columns

    def __getitem__(self, field: str) -> str:
        """What the row says of the field, tidied up; empty where it says nothing or no column is for it."""
        place = self.columns.places.get(field)
        return tidy(self.record.cells[place]) if place is not None and place < len(self.record.cells) else ""


def table(source: BinaryIO, shape: Shape) -> Iterator[Line | Record]:
    """The rows below the header: a `Line` each, or a `Record` with a problem. Blank rows are passed over."""
    columns = Columns.of(shape)
    found = records(lines(source, shape.encoding), separator=shape.separator or ",")
    filled = (record for record in found if not record.is_blank)
    next(filled, None)
    for record in filled:
        problem = record.problem or _of_width(record.cells, columns.headers)
        yield Line(record, columns) if problem is None else Record(record.number, record.cells, problem)


def _of_width(cells: tuple[str, ...], headers: tuple[str, ...]) -> ProblemCode | None:
    """Cells that are blank, or whose header is, make no difference at the end of a row."""
    if any(cell.strip() for cell in cells[len(headers) :]):
        return ProblemCode.TOO_MANY_CELLS
    return ProblemCode.TOO_FEW_CELLS if any(headers[len(cells) :]) else None
