"""Can this be told? The store event's own rules judge, and every field at fault is named as the file names it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ebexo.delivery.mapping.birth_date import birth_date
from ebexo.events import InvalidEvent, StoreEvent, parse
from ebexo.history.reading.types import Problem, Row
from ebexo.history.reading.words import Note, ProblemCode

_STAND_IN: dict[str, Any] = {"id": "row", "occurred_at": "2000-01-01T00:00:00Z"}
_END_OF_TIME = datetime(9000, 1, 1, tzinfo=UTC)
_ANY_DAY = (date(2000, 1, 1), date(2100, 1, 1))
"""Where it is not said what day it is: today for everybody who may have lived to see one of these."""
_CODES = {
    "missing": ProblemCode.MISSING,
    "extra_forbidden": ProblemCode.NO_SUCH_FIELD,
    "string_too_short": ProblemCode.EMPTY,
    "string_too_long": ProblemCode.TOO_LONG,
    "too_long": ProblemCode.TOO_MANY,
    "string_type": ProblemCode.NOT_TEXT,
    "dict_type": ProblemCode.NOT_THAT_SHAPE,
    "model_type": ProblemCode.NOT_THAT_SHAPE,
    "model_attributes_type": ProblemCode.NOT_THAT_SHAPE,
    "tuple_type": ProblemCode.NOT_THAT_SHAPE,
    "string_unicode": ProblemCode.CHARACTERS,
    "nul": ProblemCode.CHARACTERS,
    "bool_parsing": ProblemCode.YES_OR_NO,
    "bool_type": ProblemCode.YES_OR_NO,
    "enum": ProblemCode.NOT_ON_LIST,
    "datetime_parsing": ProblemCode.MOMENT,
    "datetime_from_date_parsing": ProblemCode.MOMENT,
    "email": ProblemCode.EMAIL,
    "moment": ProblemCode.MOMENT,
    "offset": ProblemCode.OFFSET,
    "amount": ProblemCode.AMOUNT,
    "quantity": ProblemCode.QUANTITY,
    "currency": ProblemCode.CURRENCY,
    "link": ProblemCode.LINK,
    "comma": ProblemCode.COMMA,
}
"""By the kind of pydantic's error, or by our own of `ebexo.events.fields`."""


@dataclass(frozen=True)
class Judged:
    """`told` is what is to be told; None if there are problems."""

    told: dict[str, Any] | None
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]


def judge(
    told: Mapping[str, Any],
    *,
    now: datetime | None,
    header_of: Callable[[str], str] = str,
    problems: tuple[Problem, ...] = (),
    notes: tuple[str, ...] = (),
) -> Judged:
    """The event if it can be accepted, without a birth date that can't be right; else everything that is wrong.

    `header_of` gives the name that the file has for a field such as `customer.email`; `problems` and `notes` were
    found before. Without `now` nothing is held against the clock.
    """
    by_rules = _problems({**_STAND_IN, **told}, now, header_of)
    explained = {problem.field for problem in problems}
    found = [*problems, *(problem for problem in by_rules if problem.field not in explained)]
    if found:
        return Judged(None, tuple(dict.fromkeys(found)), ())
    kept, more = without_bad_birth_date(told, now=now)
    return Judged(kept, (), (*notes, *more))


def judged_row(number: int, told: Mapping[str, Any], *, now: datetime | None, cells: tuple[str, ...]) -> Row:
    """What is told here as a row, with the paths of its fields as their names."""
    judged = judge(told, now=now)
    return Row(number, judged.told, judged.problems, judged.notes, cells)


def without_bad_birth_date(
    told: Mapping[str, Any], *, now: datetime | None
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """A valid event with its birth date as ISO 8601; without it, and with a note, where the date can't be right."""
    customer = told.get("customer")
    text = customer.get("birth_date") if isinstance(customer, Mapping) else None
    if customer is None or text is None or not str(text).strip():
        return dict(told), ()
    days = (birth_date(str(text), today=today) for today in ([now.date()] if now else _ANY_DAY))
    day = next(filter(None, days), None)
    if day is None:
        rest = {name: value for name, value in customer.items() if name != "birth_date"}
        return {**told, "customer": rest}, (Note.BIRTH_DATE,)
    return {**told, "customer": {**customer, "birth_date": day.isoformat()}}, ()


def _problems(
    event: Mapping[str, Any], now: datetime | None, header_of: Callable[[str], str]
) -> list[Problem]:
    try:
        parsed = StoreEvent.model_validate(event)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        return [Problem(header_of(_field(detail["loc"])), _code(detail)) for detail in details]
    try:
        parse(parsed, now=now or _END_OF_TIME)
    except InvalidEvent as refusal:
        pointers = [problem.pointer for problem in refusal.problems]
        return [
            Problem(header_of(_field(pointer.split("/"))), _missing_or_ahead(pointer)) for pointer in pointers
        ]
    return []


def _code(detail: ErrorDetails) -> ProblemCode:
    return _CODES.get(detail["type"], ProblemCode.INVALID)


def _missing_or_ahead(pointer: str) -> ProblemCode:
    """What the rules about the event as a whole can say: a moment is ahead, or something is not there."""
    is_moment = pointer.endswith(("_at", "/at"))
    return ProblemCode.AHEAD if is_moment else ProblemCode.MISSING


def _field(parts: Iterable[Any]) -> str:
    """The way to the field, such as `order.items.0.sku`."""
    return ".".join(str(part) for part in parts if part not in ("", "[key]"))
