"""The last lines of a log file, with what is known to be harmless of each. PURE."""

import json
import re
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

LINES = 2000
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,15}(Z|[+-][0-9:]{5})")
_LEVEL = re.compile(r"debug|info|warning|error|critical")
_EVENT = re.compile(r"[a-z]+(_[a-z]+)+|[a-z]{3,20}")
_DOTTED = re.compile(r"[A-Za-z_]{1,40}([.][A-Za-z_]{1,40}){0,8}")
_PATH = re.compile(r"[A-Za-z0-9]{1,40}(/[A-Za-z0-9]{1,40}){0,4}")
_ERRORS = re.compile(r"[A-Z][A-Za-z]{1,60}( < [A-Z][A-Za-z]{1,60}){0,9}")
TEXTS = {
    "time": _MOMENT,
    "level": _LEVEL,
    "event": _EVENT,
    "logger": _DOTTED,
    "outcome": _EVENT,
    "reason": _EVENT,
    "endpoint": _PATH,
    "error": _ERRORS,
    "exception": _ERRORS,
}
"""What a text has to look like to be told; anything else may quote somebody."""
NUMBERS = (
    "store", "message", "messages", "first_message", "attempt", "http_status", "retry_after", "duration_ms",
    "longest_ms", "letters", "not_taken", "port",
)  # fmt: skip


def told(lines: Iterable[str]) -> Iterator[str]:
    """The last of these lines, each as one JSON object; those that are none are counted at the end."""
    unread = 0
    for line in deque(lines, maxlen=LINES):
        found = _read(line)
        if found:
            yield json.dumps(found)
        else:
            unread += 1
    yield json.dumps({"lines_left_out": unread})


def _read(line: str) -> dict[str, Any]:
    try:
        fields = json.loads(line)
    except ValueError:
        return {}
    if not isinstance(fields, dict):
        return {}
    texts = {
        name: value if isinstance(value := fields[name], str) and looks.fullmatch(value) else "other"
        for name, looks in TEXTS.items()
        if name in fields
    }
    numbers = {name: fields[name] for name in NUMBERS if _is_number(fields.get(name))}
    return texts | numbers


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 10**7
