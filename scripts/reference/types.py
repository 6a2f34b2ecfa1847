"""The types of store events: what the panel calls them, and what each can't lack."""

from datetime import UTC, datetime
from typing import Any

from django.utils.translation import override

from ebexo.events import EventType, InvalidEvent, parse
from ebexo.panel.words import EVENTS
from scripts.page_text import code, table

NOW = datetime(2026, 1, 15, tzinfo=UTC)
CUSTOMER = {"email": "anna.nowak@example.com"}
GIVEN: dict[str, tuple[str, dict[str, Any]]] = {
    "/customer": ("`customer`", {"customer": CUSTOMER}),
    "/visitor": ("`customer` or `visitor`", {"customer": CUSTOMER}),
    "/consents": (
        "`consents`",
        {"consents": [{"code": "marketing", "granted": True, "at": NOW.isoformat()}]},
    ),
    "/cart": ("`cart`", {"cart": {"id": "basket-77"}}),
    "/order": ("`order`", {"order": {"number": "1042", "total": "10"}}),
    "/order/return_number": (
        "`order.return_number`",
        {"order": {"number": "1042", "total": "10", "return_number": "R-1"}},
    ),
}
"""What is asked for: in words, and as it would be told."""


def written() -> str:
    rows = [[code(event_type), *_names(event_type), needs(event_type)] for event_type in EventType]
    return table(["Type", "In the panel", "In the Polish panel", "Needs"], rows)


def needs(event_type: EventType) -> str:
    """Found out by telling less than is needed, and then what was asked for."""
    event: dict[str, Any] = {"id": "1", "type": event_type, "occurred_at": NOW.isoformat()}
    asked_for: list[str] = []
    while True:
        try:
            parse(event, now=NOW)
        except InvalidEvent as error:
            for problem in error.problems:
                words, told = GIVEN[problem.pointer]
                asked_for.append(words)
                event |= told
        else:
            return ", ".join(asked_for)


def _names(event_type: EventType) -> list[str]:
    names = []
    for language in ("en", "pl"):
        with override(language):
            names.append(str(EVENTS[event_type]))
    return names
