"""How the rows of a part are kept: compressed JSON, since they may be many and are looked at twice at most."""

import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ebexo.history.states import RowVerdict, Verdict


@dataclass(frozen=True)
class StoredRow:
    """A row of an import. `payload` is its store event as text; None where it can't be sent at all, see `verdict`.

    `cells` are what was told, as it was told.
    """

    number: int
    payload: str | None
    verdict: RowVerdict | None
    cells: tuple[str, ...]


def pack_rows(rows: Iterable[StoredRow]) -> bytes:
    return _pack([[row.number, row.payload, _list(row.verdict), row.cells] for row in rows])


def unpack_rows(packed: bytes | memoryview | None) -> list[StoredRow]:
    return [
        StoredRow(number, payload, _verdict(verdict), tuple(cells))
        for number, payload, verdict, cells in _unpack(packed)
    ]


def pack_verdicts(verdicts: Iterable[RowVerdict]) -> bytes:
    return _pack([_list(verdict) for verdict in verdicts])


def unpack_verdicts(packed: bytes | memoryview | None) -> list[RowVerdict]:
    return [found for listed in _unpack(packed) if (found := _verdict(listed))]


def _list(verdict: RowVerdict | None) -> list[Any] | None:
    if verdict is None:
        return None
    return [verdict.row, verdict.verdict.value, verdict.code, verdict.field, verdict.twin]


def _verdict(listed: Sequence[Any] | None) -> RowVerdict | None:
    if listed is None:
        return None
    row, verdict, code, field, twin = listed
    return RowVerdict(row, Verdict(verdict), code, field, twin)


def _pack(value: list[Any]) -> bytes:
    return zlib.compress(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(), level=3)


def _unpack(packed: bytes | memoryview | None) -> list[Any]:
    """PostgreSQL gives a view of the bytes, SQLite the bytes."""
    if packed is None:
        return []
    unpacked: list[Any] = json.loads(zlib.decompress(packed))
    return unpacked
