"""What a file is: its letters, its separator and what its columns hold, from its beginning alone."""

import re
from collections.abc import Mapping, Sequence
from io import BytesIO
from itertools import islice

from ebexo.history.reading.encodings import encoding_of
from ebexo.history.reading.fields import EMAIL, NUMBER, REQUIRED, TOTAL, field_of, is_field
from ebexo.history.reading.lines import lines
from ebexo.history.reading.records import Record, records, told_separator
from ebexo.history.reading.types import CSV, NDJSON, Column, Kind, NotReadable, Shape
from ebexo.history.reading.words import Unreadable

SEPARATORS = (";", ",", "\t", "|")
_LOOKED_AT = 50
_HOLDS_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_ANY_LETTER = re.compile(r"\w|[<\[{]")
_LACKS = {EMAIL: Unreadable.NO_EMAIL, NUMBER: Unreadable.NO_NUMBER, TOTAL: Unreadable.NO_TOTAL}


def recognise(
    beginning: bytes, *, kind: Kind, is_whole: bool, columns: Mapping[str, str] | None = None
) -> Shape:
    """How to read the file that begins like this; `is_whole` if that is all of it. Raises NotReadable.

    `columns` says what a person took columns for, by header, in the words of `FIELDS`; "" for one that is not to be
    used. What it does not name is recognised.
    """
    encoding = encoding_of(beginning)
    text = _whole_lines(beginning, encoding, is_whole=is_whole)
    start = "".join(text).lstrip()
    if not _ANY_LETTER.search(start):
        raise NotReadable(Unreadable.EMPTY)
    if start.startswith("{"):
        return Shape(NDJSON, encoding, separator=None, columns=())
    if start.startswith(("<", "[")):
        raise NotReadable(Unreadable.PAGE if start.startswith("<") else Unreadable.JSON_LIST)
    separator = told_separator(text[0]) or _separator(text, kind)
    return _table(text, separator, encoding=encoding, kind=kind, is_whole=is_whole, columns=columns or {})


def _whole_lines(beginning: bytes, encoding: str, *, is_whole: bool) -> list[str]:
    text = list(lines(BytesIO(beginning), encoding))
    if is_whole or not text:
        return text
    if len(text) == 1:
        raise NotReadable(Unreadable.ONE_LINE)
    return text[:-1]


def _table(
    text: list[str],
    separator: str,
    *,
    encoding: str,
    kind: Kind,
    is_whole: bool,
    columns: Mapping[str, str],
) -> Shape:
    rows = [record for record in records(iter(text), separator=separator) if not record.is_blank]
    if not rows or rows[0].problem:
        raise NotReadable(Unreadable.ONE_LINE)
    header = rows[0].cells
    shape = Shape(CSV, encoding, separator, _columns(header, kind, columns))
    _refuse_what_is_no_header(header)
    _refuse_what_lacks_columns(shape, kind)
    if is_whole and len(rows) == 1:
        raise NotReadable(Unreadable.NO_ROWS, shape=shape)
    return shape


def _refuse_what_is_no_header(header: Sequence[str]) -> None:
    if any(_HOLDS_EMAIL.fullmatch(cell.strip()) for cell in header):
        raise NotReadable(Unreadable.NO_HEADER)


def _refuse_what_lacks_columns(shape: Shape, kind: Kind) -> None:
    found = {column.field for column in shape.columns}
    if found == {None}:
        raise NotReadable(Unreadable.NO_COLUMN_KNOWN, shape=shape)
    for field in REQUIRED[kind]:
        if field not in found:
            raise NotReadable(_LACKS[field], shape=shape)


def _columns(header: Sequence[str], kind: Kind, chosen: Mapping[str, str]) -> tuple[Column, ...]:
    """Each field is taken from one column: one that a person chose, else the best known, else the first."""
    headers = [cell.strip() for cell in header]
    taken: dict[str, tuple[int, int]] = {}
    for place, name in enumerate(headers):
        found = _meaning(name, kind, chosen)
        if found is not None:
            field, rank = found
            taken[field] = min(taken.get(field, (rank, place)), (rank, place))
    fields = {place: field for field, (_, place) in taken.items()}
    return tuple(Column(name, fields.get(place)) for place, name in enumerate(headers))


def _meaning(header: str, kind: Kind, chosen: Mapping[str, str]) -> tuple[str, int] | None:
    if header not in chosen:
        return field_of(header, kind)
    field = chosen[header]
    if not field:
        return None
    if not is_field(field, kind):
        raise NotReadable(Unreadable.NO_SUCH_FIELD)
    return field, -1


def _separator(text: list[str], kind: Kind) -> str:
    """The one that makes most columns known; then the one that gives the rows as many cells as the header."""
    return max(SEPARATORS, key=lambda separator: _fit(text, separator, kind))


def _fit(text: list[str], separator: str, kind: Kind) -> tuple[int, int, int]:
    found = (record for record in records(iter(text), separator=separator) if not record.is_blank)
    rows: list[Record] = list(islice(found, _LOOKED_AT))
    if not rows:
        return 0, 0, 0
    width = len(rows[0].cells)
    known = sum(field_of(cell.strip(), kind) is not None for cell in rows[0].cells)
    alike = sum(len(row.cells) == width for row in rows)
    return known, alike if width > 1 or known else 0, width
