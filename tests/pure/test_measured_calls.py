"""Every call to SALESmanago is counted once, under what came of it, and has its line in the log."""

import asyncio
import inspect
import logging
import re
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest

from ebexo import metrics
from ebexo.connection import measured
from ebexo.connection.measured import IN_HAND, MeasuredClient
from ebexo.delivery.calls import named
from salesmanago import (
    BadCredentials,
    Client,
    OutcomeUnknown,
    Refused,
    SalesmanagoError,
    Throttled,
    Unavailable,
)

ENDPOINT = "contact/upsert"
ERRORS: list[tuple[SalesmanagoError, str, dict[str, Any]]] = [
    (Refused(http_status=200, vendor_message="Jan Kowalski is refused"), "refused", {"http_status": 200}),
    (BadCredentials("secret", http_status=200), "credentials", {"reason": "secret", "http_status": 200}),
    (Throttled(http_status=429, retry_after=7.0), "throttled", {"http_status": 429, "retry_after": 7.0}),
    (Unavailable("dns"), "unavailable", {"reason": "dns"}),
    (OutcomeUnknown("timeout"), "unknown", {"reason": "timeout"}),
]


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, dict[str, Any]]]:
    """What is written to the log, with its level."""
    written: list[tuple[int, dict[str, Any]]] = []

    def write(level: int, event: str, **told: Any) -> None:
        assert event == "call"
        assert told.pop("duration_ms") >= 0
        written.append((level, told))

    monkeypatch.setattr(measured, "log", SimpleNamespace(log=write))
    return written


def counted() -> dict[tuple[str, ...], float]:
    """Calls that were counted, and how many were timed."""
    return {
        tuple(sample.labels.values()): sample.value
        for family in metrics.REGISTRY.collect()
        for sample in family.samples
        if sample.name in ("ebexo_salesmanago_calls_total", "ebexo_salesmanago_call_duration_seconds_count")
        and sample.value
    }


def call(came_of_it: SalesmanagoError | BaseException | str) -> dict[tuple[str, ...], float]:
    """Make a call with this result; what it added to the metrics."""

    async def made() -> str:
        if isinstance(came_of_it, str):
            return came_of_it
        raise came_of_it

    before = counted()
    if isinstance(came_of_it, str):
        assert asyncio.run(measured._measured(f"/api/{ENDPOINT}", made())) == came_of_it
    else:
        with pytest.raises(type(came_of_it)) as raised:
            asyncio.run(measured._measured(f"/api/{ENDPOINT}", made()))
        assert raised.value is came_of_it
    return {
        name: value - before.get(name, 0) for name, value in counted().items() if value != before.get(name)
    }


@pytest.mark.parametrize(("error", "outcome", "said"), ERRORS)
def test_a_failed_call_is_counted_and_told_without_the_words_of_the_other_side(
    lines: list[tuple[int, dict[str, Any]]], error: SalesmanagoError, outcome: str, said: dict[str, Any]
) -> None:
    moved = call(error)

    assert moved == {(ENDPOINT, outcome): 1, (ENDPOINT,): 1}
    assert lines == [(logging.INFO, {"endpoint": ENDPOINT, "outcome": outcome, **said})]


def test_a_successful_call_is_counted_and_told_only_where_somebody_wants_to_know(
    lines: list[tuple[int, dict[str, Any]]], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "ebexo.delivery")
    assert call("an answer") == {(ENDPOINT, "ok"): 1, (ENDPOINT,): 1}
    assert lines == []

    caplog.set_level(logging.DEBUG, "ebexo.delivery")
    call("an answer")

    assert lines == [(logging.DEBUG, {"endpoint": ENDPOINT, "outcome": "ok"})]


def test_a_line_names_the_messages_by_their_numbers(lines: list[tuple[int, dict[str, Any]]]) -> None:
    def job(number: int) -> Any:
        message = SimpleNamespace(store_id=7, pk=number, attempts=2, event_id="jan@example.com-registered")
        return SimpleNamespace(claimed=SimpleNamespace(message=message))

    for jobs in ([job(41)], [job(42), job(43), job(44)]):
        token = IN_HAND.set(partial(named, jobs))
        call(Unavailable("dns"))
        IN_HAND.reset(token)

    failed = {"endpoint": ENDPOINT, "outcome": "unavailable", "reason": "dns"}
    assert [line for _, line in lines] == [
        {"store": 7, "message": 41, "attempt": 2, **failed},
        {"store": 7, "messages": 3, "first_message": 42, **failed},
    ]


def test_the_messages_are_named_only_where_a_line_is_written(
    lines: list[tuple[int, dict[str, Any]]], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "ebexo.delivery")
    asked: list[str] = []

    def named_now() -> dict[str, Any]:
        asked.append("which messages")
        return {"store": 7}

    token = IN_HAND.set(named_now)
    call("an answer")
    assert asked == []
    call(Unavailable("dns"))
    IN_HAND.reset(token)

    assert asked == ["which messages"]
    assert [line["store"] for _, line in lines] == [7]


def test_a_call_that_is_broken_off_is_not_counted(lines: list[tuple[int, dict[str, Any]]]) -> None:
    assert call(KeyError("a mistake of ours")) == {}
    assert lines == []


def test_every_way_to_call_is_measured() -> None:
    """What does not go through `_call` is overridden itself."""
    methods = [
        (name, inspect.getsource(method))
        for name, method in inspect.getmembers(Client, inspect.iscoroutinefunction)
        if not name.startswith("_")
    ]

    unmeasured = [
        name
        for name, source in methods
        if not re.search(r"self\._(call|list)\(", source) and name not in vars(MeasuredClient)
    ]

    assert unmeasured == []
    assert len(methods) > 15


def test_every_endpoint_that_is_counted_from_the_start_exists() -> None:
    paths = re.findall(r'"/api/([^"]+)"', inspect.getsource(inspect.getmodule(Client)))  # type: ignore[arg-type]

    assert [endpoint for endpoint in metrics.ENDPOINTS if endpoint not in paths] == []
