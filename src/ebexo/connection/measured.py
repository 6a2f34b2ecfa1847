"""Calls to SALESmanago, counted, timed and written to the log: one line for each, and never what was said in it."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from time import perf_counter
from typing import Any, TypeVar

import structlog

from ebexo import metrics
from salesmanago import BadCredentials, Client, Refused, SalesmanagoError, Throttled, Unavailable

T = TypeVar("T")
USERS = "/api/user/listByClient"
_OUTCOMES: dict[type[SalesmanagoError], str] = {
    BadCredentials: "credentials",
    Refused: "refused",
    Throttled: "throttled",
    Unavailable: "unavailable",
}
IN_HAND: ContextVar[Callable[[], Mapping[str, Any]]] = ContextVar("in_hand", default=dict)
"""Names the messages that the calls of this task carry. Asked only where a line is written to the log."""

# docs/reference/logs.md promises this name for the lines of calls, whoever makes them.
log = structlog.get_logger("ebexo.delivery")
_level = logging.getLogger("ebexo.delivery")


class MeasuredClient(Client):
    """A client whose calls are counted. They are the same calls."""

    async def list_users(self) -> tuple[str, ...]:
        return await _measured(USERS, super().list_users())

    async def _call(self, path: str, fields: Mapping[str, Any], read: Callable[[Any, Any], T]) -> T:
        return await _measured(path, super()._call(path, fields, read))


async def _measured(path: str, call: Awaitable[T]) -> T:
    """What `call` gives. A call that is broken off counts as none."""
    begun_at = perf_counter()
    try:
        answer = await call
    except SalesmanagoError as error:
        _note(path, error, perf_counter() - begun_at)
        raise
    _note(path, None, perf_counter() - begun_at)
    return answer


def _note(path: str, error: SalesmanagoError | None, seconds: float) -> None:
    outcome = "ok" if error is None else _OUTCOMES.get(type(error), "unknown")
    endpoint = path.removeprefix("/api/")
    metrics.count_call(endpoint, outcome, seconds)
    level = logging.INFO if error else logging.DEBUG
    if _level.isEnabledFor(level):
        log.log(
            level,
            "call",
            **IN_HAND.get()(),
            endpoint=endpoint,
            outcome=outcome,
            **_said(error),
            duration_ms=round(seconds * 1000, 1),
        )


def _said(error: SalesmanagoError | None) -> dict[str, Any]:
    """SALESmanago's own words are left out: they may quote the person."""
    if error is None:
        return {}
    reason = getattr(error, "reason", None) or getattr(error, "problem", None)
    told = {"reason": reason, "http_status": error.http_status, "retry_after": error.retry_after}
    return {name: value for name, value in told.items() if value is not None}
