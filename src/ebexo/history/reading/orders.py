"""From the rows of a table to the orders they tell of: an order may stand on several rows, one for each item."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from itertools import chain
from typing import Any

from ebexo.events import EventType
from ebexo.history.reading import fields
from ebexo.history.reading.customers import moment_in, person_in
from ebexo.history.reading.fields import plain
from ebexo.history.reading.judging import Judged, judge
from ebexo.history.reading.lookups import STATUSES
from ebexo.history.reading.records import Record
from ebexo.history.reading.table import Line
from ebexo.history.reading.types import Problem
from ebexo.history.reading.values import could_be_thousands, currency, currency_in, number
from ebexo.history.reading.words import Note, ProblemCode

MOST_ROWS = 1001
"""Of one order, that are looked at: one more than the items that a store event takes, so that it is refused."""
_TYPES = {plain(word): event_type for event_type, words in STATUSES.items() for word in words}
_TEXTS = ("number", "cart_id", "payment_method", "shipping_method", "return_number")
_ITEM = ("product_id", "sku", "variant_id", "name", "quantity", "unit_price")
_BETWEEN_CODES = re.compile(r"[,;|\s]+")


def whole_orders(found: Iterator[Line | Record]) -> Iterator[list[Line] | Record]:
    """The rows of an order together: those in a row with the same number, or with none behind the first."""
    together: list[Line] = []
    for line in found:
        if isinstance(line, Line) and together and _goes_on(together[0], line):
            if len(together) < MOST_ROWS:
                together.append(line)
            continue
        if together:
            yield together
            together = []
        if isinstance(line, Line):
            together = [line]
        else:
            yield line
    if together:
        yield together


def order(lines: Sequence[Line], *, zone: tzinfo, now: datetime | None) -> Judged:
    """These rows as one event; the first says everything that is not about an item."""
    first = lines[0]
    event_type, notes = _type(first)
    person = person_in(first, zone=zone)
    facts = _facts(first, zone) | {"items": [item for item in map(_item, lines) if item]}
    if event_type is EventType.ORDER_RETURNED:
        facts.setdefault("return_number", facts.get("number"))
    told: dict[str, Any] = {"type": event_type.value, "customer": person.customer, "order": facts}
    if occurred_at := _occurred_at(first, event_type, facts, zone):
        told["occurred_at"] = occurred_at
    return judge(
        told,
        now=now,
        header_of=lambda field: _header(first, field),
        problems=(*person.problems, *_ambiguous(lines)),
        notes=(*person.notes, *notes),
    )


def _header(line: Line, field: str) -> str:
    """The column that a field was taken from: a moment or a product may stand in another one than its own."""
    columns = line.columns
    found = columns.header(field)
    if field == fields.OCCURRED_AT and line[fields.PLACED_AT]:
        return columns.header(fields.PLACED_AT)
    return columns.header(fields.SKU) if found == field and field.endswith(".product_id") else found


def _goes_on(first: Line, line: Line) -> bool:
    """Only a row about an item can go on without the number."""
    again = line[fields.NUMBER]
    return again == first[fields.NUMBER] if again else bool(_item(line)) and not line[fields.EMAIL]


def _type(line: Line) -> tuple[EventType, tuple[str, ...]]:
    status = line[fields.STATUS]
    found = _TYPES.get(plain(status).removeprefix("wc"))
    return found or EventType.ORDER_PLACED, (Note.STATUS,) if status and found is None else ()


def _facts(line: Line, zone: tzinfo) -> dict[str, Any]:
    total = line[fields.TOTAL]
    told: dict[str, Any] = {name: line[f"order.{name}"] for name in _TEXTS}
    told |= {"placed_at": moment_in(line, fields.PLACED_AT, zone), "total": number(total)}
    told["currency"] = currency(line[fields.CURRENCY]) or currency_in(total)
    told["discount_codes"] = [code for code in _BETWEEN_CODES.split(line[fields.DISCOUNT_CODES]) if code]
    return {name: value for name, value in told.items() if value}


def _item(line: Line) -> dict[str, Any] | None:
    """The product in this row. One without a number of its own is known by its SKU."""
    told = {name: line[f"order.items.{name}"] for name in _ITEM}
    told["product_id"] = told["product_id"] or told["sku"]
    told |= {name: number(told[name]) for name in ("quantity", "unit_price")}
    found = {name: value for name, value in told.items() if value}
    return found if set(found) - {"quantity", "unit_price"} else None


def _occurred_at(line: Line, event_type: EventType, facts: dict[str, Any], zone: tzinfo) -> str:
    """Of a purchase the moment of the order; of what came later its own, if the file says it."""
    placed_at = str(facts.get("placed_at", ""))
    later = moment_in(line, fields.OCCURRED_AT, zone)
    is_purchase = event_type in (EventType.ORDER_PLACED, EventType.ORDER_PAID)
    return placed_at or later if is_purchase else later or placed_at


def _ambiguous(lines: Sequence[Line]) -> tuple[Problem, ...]:
    amounts = chain([(lines[0], fields.TOTAL)], ((line, fields.UNIT_PRICE) for line in lines))
    return tuple(
        Problem(line.columns.header(field), ProblemCode.AMBIGUOUS_AMOUNT)
        for line, field in amounts
        if could_be_thousands(line[field])
    )
