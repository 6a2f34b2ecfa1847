"""The shop's own orders from a table: number, total, currency, placed_at. PURE."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from ebexo.reconciliation.comparing import Ordered, day_of

COLUMNS = ("number", "total", "currency", "placed_at")
MOST_ROWS = 100_000
TOO_MUCH = Decimal(10) ** 13
LONGEST_NUMBER = 255
MOST_PLACES = 18


@dataclass(frozen=True)
class BadRow:
    """A line of the file that can't be read, and a key of a sentence why."""

    line: int
    problem: str


class UnreadableTable(Exception):
    """Nothing of the file can be used; `problem` is a key of a sentence, `rows` are lines at fault."""

    def __init__(self, problem: str, rows: tuple[BadRow, ...] = ()) -> None:
        super().__init__(problem)
        self.problem, self.rows = problem, rows


class _BadRow(Exception):
    pass


def read_table(data: bytes, *, zone: ZoneInfo) -> dict[date, list[Ordered]]:
    """The orders by day in the store's time zone. All or nothing: raises UnreadableTable with every line at fault.

    Commas or semicolons between the cells; a moment without an offset is one of the store's time zone.
    """
    reader = _reader(data)
    days: dict[date, dict[str, Ordered]] = {}
    wrong: list[BadRow] = []
    try:
        for row in reader:
            try:
                day, order = _order(row, zone)
                if order.number in days.setdefault(day, {}):
                    raise _BadRow("twice")
                days[day][order.number] = order
            except _BadRow as error:
                wrong.append(BadRow(reader.line_num, str(error)))
            if reader.line_num > MOST_ROWS:
                raise UnreadableTable("too_long")
    except csv.Error:
        raise UnreadableTable("no_table") from None
    if wrong:
        raise UnreadableTable("rows", tuple(wrong))
    if not days:
        raise UnreadableTable("empty")
    return {day: list(orders.values()) for day, orders in days.items()}


def _reader(data: bytes) -> "csv.DictReader[str]":
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableTable("not_utf8") from None
    if "\0" in text:
        raise UnreadableTable("no_table")
    head = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text), delimiter=";" if ";" in head else ",", strict=True)
    try:
        reader.fieldnames = [name.strip().lower() for name in reader.fieldnames or ()]
    except csv.Error:
        raise UnreadableTable("no_table") from None
    if not set(COLUMNS) <= set(reader.fieldnames):
        raise UnreadableTable("columns")
    return reader


def _order(row: Mapping[str, str | None], zone: ZoneInfo) -> tuple[date, Ordered]:
    number, total, currency, placed = ((row[name] or "").strip() for name in COLUMNS)
    if not 1 <= len(number) <= LONGEST_NUMBER:
        raise _BadRow("number")
    if len(currency) != 3 or not (currency.isascii() and currency.isalpha()):
        raise _BadRow("currency")
    placed_at = _moment(placed, zone)
    return day_of(placed_at, zone), Ordered(number, _amount(total), currency.upper(), placed_at)


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text.replace(" ", "").replace("\u00a0", "").replace(",", "."))
    except InvalidOperation:
        raise _BadRow("total") from None
    if not amount.is_finite() or not 0 <= amount < TOO_MUCH or -int(amount.as_tuple().exponent) > MOST_PLACES:
        raise _BadRow("total")
    return amount


def _moment(text: str, zone: ZoneInfo) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise _BadRow("placed_at") from None
    if not 2000 <= moment.year <= 2999:
        raise _BadRow("placed_at")
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
