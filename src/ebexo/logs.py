"""Logs: one JSON object a line on stderr, and text on a terminal. Never a request body, a query string or a person.

docs/reference/logs.md says which lines there are and what they hold.
"""

import logging
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

from ebexo import metrics
from ebexo.redaction import without_secrets

FIRST = ("time", "level", "event", "logger")


def configure(settings: dict[str, Any]) -> None:
    """Send every log line of the process to stderr through one formatter."""
    handler = _ToStderr()
    handler.setFormatter(formatter(for_people=sys.stderr.isatty()))
    handler.addFilter(_counted)
    logging.basicConfig(handlers=[handler], level=settings["level"], force=True)
    logging.getLogger("procrastinate").setLevel(logging.WARNING)  # it has two lines for every wake-up
    logging.getLogger("django.request").setLevel(logging.ERROR)  # what callers do wrong they are answered
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_ABOUT_THE_LINE,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def only_trouble() -> None:
    """A command that somebody waits for tells its own result; its log is for what went wrong."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, _ToStderr):
            handler.setLevel(logging.WARNING)


class _ToStderr(logging.Handler):
    """Writes to what stderr is at the moment of the line."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(f"{self.format(record)}\n")
            sys.stderr.flush()
        except Exception:  # noqa: BLE001  (as every handler of the standard library does)
            self.handleError(record)


def formatter(*, for_people: bool) -> logging.Formatter:
    """What makes a line of a record, of ours or of a library's."""
    render: Any = structlog.processors.JSONRenderer(ensure_ascii=False)
    if for_people:
        render = structlog.dev.ConsoleRenderer(timestamp_key="time", event_key="event")
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_ABOUT_THE_LINE,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            without_secrets,
            _in_order,
            render,
        ],
    )


_ABOUT_THE_LINE: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
]


def _in_order(logger: Any, method: str, line: MutableMapping[str, Any]) -> Mapping[str, Any]:  # noqa: ARG001
    return {name: line[name] for name in FIRST if name in line} | dict(line)


def _counted(record: logging.LogRecord) -> bool:
    """What strangers try at the door is in the log, and does not ring anybody up."""
    if record.levelno >= logging.WARNING and not record.name.startswith("django.security"):
        metrics.LOG_LINES["error" if record.levelno >= logging.ERROR else "warning"].inc()
    return True
