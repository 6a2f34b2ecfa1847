"""What a file is, and what its rows say."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ebexo.history.reading.words import PROBLEMS, UNREADABLE, ProblemCode, Unreadable

CSV, NDJSON = "csv", "ndjson"


class Kind(StrEnum):
    """What a file tells of."""

    CUSTOMERS = "customers"
    ORDERS = "orders"


@dataclass(frozen=True)
class Column:
    """A column of the file, as its header calls it. `field` is what it is taken for; None: it is not used."""

    header: str
    field: str | None


@dataclass(frozen=True)
class Shape:
    """How a file is to be read: `format` is "csv" or "ndjson"; only a table has a separator and columns."""

    format: str
    encoding: str
    separator: str | None
    columns: tuple[Column, ...]


class NotReadable(Exception):
    """There is nothing in this file that could be taken in.

    `sentence` says in English what is wrong and what to do; it is also the key of its translation, so whoever shows
    it does `gettext(error.sentence)`. `shape` is what could be made out, where it is only a column that is missing: a
    person may still say which column it is.
    """

    def __init__(self, code: Unreadable, *, shape: Shape | None = None) -> None:
        super().__init__(UNREADABLE[code])
        self.code, self.sentence, self.shape = code, UNREADABLE[code], shape


@dataclass(frozen=True)
class Problem:
    """Why a row can't be taken: `field` is the header of the column at fault.

    Empty where it is the whole row; the path of the field (`customer.email`) where no column tells it.
    """

    field: str
    code: ProblemCode

    @property
    def sentence(self) -> str:
        """In English, and the key of its translation."""
        return PROBLEMS[self.code]


@dataclass(frozen=True)
class Row:
    """One customer, or one order.

    `number` counts as a spreadsheet does: the header is row 1, empty rows count, and a row whose cell holds several
    lines is one row. An order on several rows has the number of the first. `told` is the store event as told over
    HTTP, without `id`, and with `occurred_at` only where the file says it; None if there are problems. `notes` are
    codes of `words.Note`. `cells` are those of the (first) row, as they stand in the file.
    """

    number: int
    told: dict[str, Any] | None
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]
    cells: tuple[str, ...]
