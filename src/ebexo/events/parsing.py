"""From what a store sent to a `StoreEvent`, or to every reason why not."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ebexo.events.fields import NO_MOMENT
from ebexo.events.types import Cart, EventType, StoreEvent

AHEAD_AT_MOST = timedelta(minutes=5)
DEPTH_AT_MOST = 20


@dataclass(frozen=True)
class FieldProblem:
    """One field at fault: `pointer` is a JSON pointer (RFC 6901), `message` an English sentence."""

    pointer: str
    message: str


class InvalidEvent(Exception):
    """The event can't be accepted as it stands. `problems` names every field at fault."""

    def __init__(self, problems: list[FieldProblem]) -> None:
        super().__init__("; ".join(f"{problem.pointer}: {problem.message}" for problem in problems))
        self.problems = problems


class UnreadableBody(Exception):
    """The body is not a JSON object that could be looked at: there is no field to name."""


def read_json(body: bytes) -> dict[str, Any]:
    """The JSON object in `body`. Raises UnreadableBody."""
    try:
        value = json.loads(body.decode("utf-8"), parse_constant=_not_json)
    except (ValueError, RecursionError):
        raise UnreadableBody("The body is not JSON in UTF-8.") from None
    if not isinstance(value, dict):
        raise UnreadableBody("The body must be a JSON object.")
    if _deeper_than(value, DEPTH_AT_MOST):
        raise UnreadableBody(f"The body is nested more than {DEPTH_AT_MOST} levels deep.")
    return value


def parse(event: StoreEvent | Mapping[str, Any], *, now: datetime) -> StoreEvent:
    """The store event in `event`. Raises InvalidEvent with every problem at once."""
    try:
        parsed = StoreEvent.model_validate(event)
    except ValidationError as error:
        raise InvalidEvent([_problem(detail) for detail in error.errors(include_url=False)]) from None
    if problems := [*_missing(parsed), *_from_the_future(parsed, now=now)]:
        raise InvalidEvent(problems)
    return parsed


def _missing(event: StoreEvent) -> list[FieldProblem]:
    kind = event.type
    needed = {
        "/customer": (event.customer is None and not kind.is_of_cart, f"{kind} needs the customer."),
        "/visitor": (
            event.customer is None and event.visitor is None and kind.is_of_cart,
            f"{kind} needs the customer or the visitor.",
        ),
        "/consents": (
            kind is EventType.CONSENT_CHANGED and not event.consents,
            "consent.changed needs at least one consent.",
        ),
        "/cart": (event.cart is None and kind.is_of_cart, f"{kind} needs the cart."),
        "/cart/total": (_lacks_total(event.cart), "This field is required, unless the cart is empty."),
        "/order": (event.order is None and kind.is_of_order, f"{kind} needs the order."),
        "/order/return_number": (
            kind is EventType.ORDER_RETURNED and event.order is not None and not event.order.return_number,
            "order.returned needs the number of the return.",
        ),
    }
    problems = [FieldProblem(pointer, message) for pointer, (lacks, message) in needed.items() if lacks]
    if event.consents and event.customer is None and kind.is_of_cart:
        problems.append(FieldProblem("/consents", "Consents need the customer who gave them."))
    return problems


def _lacks_total(cart: Cart | None) -> bool:
    return cart is not None and bool(cart.items) and cart.total is None


def _not_json(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _deeper_than(value: dict[str, Any], levels: int) -> bool:
    level: list[Any] = [value]
    for _ in range(levels):
        inner = [item for one in level for item in (one.values() if type(one) is dict else one)]
        level = [item for item in inner if type(item) in (dict, list)]
        if not level:
            return False
    return True


def _from_the_future(event: StoreEvent, *, now: datetime) -> list[FieldProblem]:
    moments = {"/occurred_at": event.occurred_at}
    if event.customer and event.customer.created_at:
        moments["/customer/created_at"] = event.customer.created_at
    if event.order and event.order.placed_at:
        moments["/order/placed_at"] = event.order.placed_at
    moments |= {f"/consents/{index}/at": answer.at for index, answer in enumerate(event.consents)}
    message = "This moment is more than 5 minutes ahead of our clock."
    return [
        FieldProblem(pointer, message) for pointer, moment in moments.items() if moment > now + AHEAD_AT_MOST
    ]


_WORDS = {
    "missing": "This field is required.",
    "extra_forbidden": "There is no such field here.",
    "bool_parsing": "This must be true or false.",
    "bool_type": "This must be true or false.",
    "string_type": "This must be text.",
    "string_too_short": "This must not be empty.",
    "dict_type": "This must be an object.",
    "model_type": "This must be an object.",
    "model_attributes_type": "This must be an object.",
    "tuple_type": "This must be a list.",
    "datetime_parsing": NO_MOMENT,
    "datetime_from_date_parsing": NO_MOMENT,
    "string_unicode": "There are characters in it that can't be stored.",
    "string_too_long": "This must have at most {max_length} characters.",
    "too_long": "There must be at most {max_length} of these.",
    "enum": "This must be {expected}.",
}


def _problem(detail: ErrorDetails) -> FieldProblem:
    parts = [str(part) for part in detail["loc"] if part != "[key]"]  # pydantic's mark for a field's own name
    pointer = "".join(f"/{part.replace('~', '~0').replace('/', '~1')}" for part in parts)
    if pointer == "/type" and detail["type"] == "enum":
        return FieldProblem(pointer, f"There is no such event type. Known: {', '.join(EventType)}.")
    words = _WORDS.get(detail["type"])
    return FieldProblem(pointer, words.format(**detail.get("ctx", {})) if words else _sentence(detail["msg"]))


def _sentence(text: str) -> str:
    return text if text.endswith(".") else f"{text}."
