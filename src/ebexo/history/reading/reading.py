"""The rows of a file, one after the other, however large it is."""

from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import BinaryIO
from zoneinfo import ZoneInfo

from ebexo.history.reading import ndjson
from ebexo.history.reading.customers import customer
from ebexo.history.reading.judging import Judged
from ebexo.history.reading.orders import order, whole_orders
from ebexo.history.reading.records import Record
from ebexo.history.reading.table import Line, table
from ebexo.history.reading.types import NDJSON, Kind, Problem, Row, Shape

WARSAW = ZoneInfo("Europe/Warsaw")


def rows(
    source: BinaryIO, shape: Shape, *, kind: Kind, zone: tzinfo = WARSAW, now: datetime | None = None
) -> Iterator[Row]:
    """Every customer or order in the file, in its order. Raises nothing for what the file holds.

    `source` is read from where it stands, in blocks; it is not closed. `zone` is where the clocks are that a moment
    without an offset was read from. `now` is held against moments and birth dates; without it they are not.
    """
    if shape.format == NDJSON:
        yield from ndjson.rows(source, shape.encoding, kind=kind, now=now)
        return
    found = table(source, shape)
    told = (
        whole_orders(found)
        if kind is Kind.ORDERS
        else ([line] if isinstance(line, Line) else line for line in found)
    )
    for lines in told:
        if isinstance(lines, Record):
            yield _faulty(lines)
        elif kind is Kind.ORDERS:
            yield _row(lines[0], order(lines, zone=zone, now=now))
        else:
            yield _row(lines[0], customer(lines[0], zone=zone, now=now))


def _row(line: Line, judged: Judged) -> Row:
    return Row(line.record.number, judged.told, judged.problems, judged.notes, line.record.cells)


def _faulty(record: Record) -> Row:
    problems = (Problem("", record.problem),) if record.problem else ()
    return Row(record.number, None, problems, (), record.cells)
