"""A file with one JSON object on each line: a store event as the HTTP door takes it, or a bare customer or order."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, BinaryIO

from ebexo.events import EventType
from ebexo.events.parsing import UnreadableBody, read_json
from ebexo.history.reading.judging import judged_row
from ebexo.history.reading.lines import LONGEST_LINE, lines
from ebexo.history.reading.types import Kind, Problem, Row
from ebexo.history.reading.words import ProblemCode

_OF_CUSTOMERS = (
    EventType.CUSTOMER_REGISTERED,
    EventType.CUSTOMER_LOGGED_IN,
    EventType.CUSTOMER_UPDATED,
    EventType.NEWSLETTER_SUBSCRIBED,
    EventType.CONSENT_CHANGED,
)
_OF_ORDERS = tuple(event_type for event_type in EventType if event_type.is_of_order)
TAKEN = {Kind.CUSTOMERS: _OF_CUSTOMERS, Kind.ORDERS: _OF_ORDERS}
"""Which events a file of this kind may hold. An erasure, an unsubscription and a cart are no history."""
_EVENT = ("occurred_at", "customer", "consents", "visitor")
_SHOWN = 2000


def rows(source: BinaryIO, encoding: str, *, kind: Kind, now: datetime | None) -> Iterator[Row]:
    """One row for each line that is not blank."""
    for number, line in enumerate(lines(source, encoding), start=1):
        if text := line.strip():
            yield row(number, text, kind=kind, now=now)


def row(number: int, text: str, *, kind: Kind, now: datetime | None) -> Row:
    cells = (text[:_SHOWN],)
    if len(text) > LONGEST_LINE:
        return Row(number, None, (Problem("", ProblemCode.LONG_ROW),), (), cells)
    try:
        told = read_json(text.encode())
    except UnreadableBody:
        return Row(number, None, (Problem("", ProblemCode.NOT_JSON),), (), cells)
    event = as_event(told, kind=kind)
    if event["type"] not in TAKEN[kind]:
        is_known = event["type"] in list(EventType)
        code = ProblemCode.OTHER_KIND if is_known else ProblemCode.NOT_ON_LIST
        return Row(number, None, (Problem("type", code),), (), cells)
    return judged_row(number, event, now=now, cells=cells)


def as_event(told: Mapping[str, Any], *, kind: Kind) -> dict[str, Any]:
    """The event without its id. An object that names no type is what the file is of: a customer, or an order."""
    event = {name: value for name, value in told.items() if name != "id"}
    if "type" in told:
        return event
    if kind is Kind.CUSTOMERS:
        bare = event if "customer" in told else {"customer": dict(told)}
        return {"type": EventType.CUSTOMER_UPDATED.value, **bare}
    bare = event if "order" in told else _bare_order(event)
    return {"type": EventType.ORDER_PLACED.value, **bare}


def _bare_order(told: Mapping[str, Any]) -> dict[str, Any]:
    """An order that holds its customer, or only their address."""
    around = {name: told[name] for name in _EVENT if name in told}
    if "customer" not in told and "email" in told:
        around["customer"] = {"email": told["email"]}
    return {
        **around,
        "order": {name: value for name, value in told.items() if name not in (*_EVENT, "email")},
    }
