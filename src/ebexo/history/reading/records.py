"""The rows of a table: what stands between quotation marks may go on over several lines."""

import csv
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from ebexo.history.reading.words import ProblemCode

MOST_LINES = 100
MOST_CHARACTERS = 130_000
"""Of one row: a quotation mark that is never closed must not swallow the file."""
_SAYS_SEPARATOR = re.compile(r"sep=(.)\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Record:
    """A row as it stands in the file. With a problem, the cells are the line as it is."""

    number: int
    cells: tuple[str, ...]
    problem: ProblemCode | None = None

    @property
    def is_blank(self) -> bool:
        return not any(cell and not cell.isspace() for cell in self.cells)


def told_separator(line: str) -> str | None:
    """What Excel's own first line `sep=;` says; None for any other line."""
    match = _SAYS_SEPARATOR.fullmatch(line)
    return match[1] if match else None


def records(lines: Iterator[str], *, separator: str) -> Iterator[Record]:
    """Every row, blank ones too, numbered as a spreadsheet does: Excel's line `sep=;` has no number."""
    reading = _Reading(lines, separator)
    number = 0
    while (found := reading.next()) is not None:
        number += 1
        cells, problem = found
        yield Record(number, cells, problem)


class _TooMuch(Exception):
    """The row goes on for longer than any row does."""


class _Reading:
    """Python's own reader of CSV, which takes lines from us, so that a row that went wrong can be read again."""

    def __init__(self, lines: Iterator[str], separator: str) -> None:
        self._lines, self._separator = lines, separator
        self._again: deque[str] = deque()
        self._taken: list[str] = []
        self._is_open = False
        self._reader = csv.reader(self._give(), delimiter=separator)
        first = next(lines, None)
        if first is not None and told_separator(first) is None:
            self._again.append(first)

    def next(self) -> tuple[tuple[str, ...], ProblemCode | None] | None:
        """The cells of the next row; None behind the last one."""
        self._taken.clear()
        try:
            cells = tuple(next(self._reader))
        except StopIteration:
            return None
        except csv.Error:
            return self._failed(ProblemCode.LONG_ROW)
        except _TooMuch:
            is_one_line = len(self._taken) == 1
            return self._failed(ProblemCode.LONG_ROW if is_one_line else ProblemCode.OPEN_QUOTE)
        return self._failed(ProblemCode.OPEN_QUOTE) if self._is_open else (cells, None)

    def _failed(self, problem: ProblemCode) -> tuple[tuple[str, ...], ProblemCode]:
        """The first line is at fault; those behind it are read again."""
        first, *others = self._taken
        self._again.extendleft(reversed(others))
        self._is_open = False
        self._reader = csv.reader(self._give(), delimiter=self._separator)
        return (first.rstrip("\r\n")[:MOST_CHARACTERS],), problem

    def _give(self) -> Iterator[str]:
        """Lines for the reader, which asks for a second one only while it is between quotation marks."""
        while (line := self._again.popleft() if self._again else next(self._lines, None)) is not None:
            self._taken.append(line)
            if len(self._taken) > MOST_LINES or sum(map(len, self._taken)) > MOST_CHARACTERS:
                raise _TooMuch
            yield line
        self._is_open = bool(self._taken)
