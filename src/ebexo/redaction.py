"""What must not get into the log is taken out of a line before it is written, whoever wrote it, libraries included.

Our own lines name no people in the first place. This is the second fence.
"""

import re
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from types import TracebackType
from typing import Any

LEFT_OUT = "…"
DEEPEST = 6
"""Of values in values, and of errors that came from others."""
FRAMES = 12
FORBIDDEN = frozenset(
    {
        "address", "authorization", "birth_date", "birthday", "body", "city", "company", "content", "cookie",
        "customer", "email", "first_name", "last_name", "name", "password", "payload", "phone", "postal_code", "query",
        "query_string", "request", "secret", "street", "token",
    }
)  # fmt: skip
"""Names under which a line holds nothing."""
_SECRET_NAME = re.compile(r"secret|password|token|api_?key", re.IGNORECASE)
_EMAIL = re.compile(r"[^\s\"'<>(),:;=/]+(?:@|%40)[^\s\"'<>(),:;=/]+")
_QUERY = re.compile(r"(?<=[\w/])\?[^\s\"'<>]+")
_KEY = re.compile(
    r"\b(?:ek|ok)_[\w-]{8,}|\bwhsec_[\w+/=-]{8,}|\bgAAAA[\w=-]{8,}|\bBearer\s+\S+", re.IGNORECASE
)


def without_secrets(logger: Any, method: str, line: MutableMapping[str, Any]) -> dict[str, Any]:  # noqa: ARG001
    """The line with what was raised in words, and without secrets, query strings and people."""
    raised = line.pop("exc_info", None)
    line.pop("stack_info", None)
    told = {name: _value(name, value, DEEPEST) for name, value in line.items()}
    error = _error(raised)
    return told | _described(error) if error else told


def cleaned(text: str) -> str:
    """The text without what looks like a key, a query string, or an e-mail address."""
    text = _KEY.sub(LEFT_OUT, text)
    return _EMAIL.sub(LEFT_OUT, _QUERY.sub(f"?{LEFT_OUT}", text))


def _value(name: str, value: Any, deep: int) -> Any:
    if name.lower() in FORBIDDEN or not deep:
        return LEFT_OUT
    if value is None or isinstance(value, bool | int | float):
        return value  # also how many keys there are
    if _SECRET_NAME.search(name):
        return LEFT_OUT
    if isinstance(value, Mapping):
        return {str(key): _value(str(key), inner, deep - 1) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_value("", inner, deep - 1) for inner in value]
    return cleaned(str(value))


def _error(raised: Any) -> BaseException | None:
    raised = sys.exc_info() if raised is True else raised
    if isinstance(raised, BaseException):
        return raised
    return raised[1] if isinstance(raised, tuple) else None


def _described(error: BaseException) -> dict[str, str]:
    """The kinds of error, the last one first, and where it was raised. Its words are left out: they may quote a person.

    What the operating system or the database's own voice says of a connection, a file or a disk quotes nobody.
    """
    kinds = _chain(error)
    told = {
        "exception": " < ".join(type(one).__name__ for one in kinds),
        "where": _where(error.__traceback__),
    }
    reasons = [one.strerror for one in kinds if isinstance(one, OSError) and one.strerror]
    return told | ({"reason": cleaned(reasons[0])} if reasons else {})


def _chain(error: BaseException) -> list[BaseException]:
    chain = [error]
    while len(chain) < DEEPEST and (before := chain[-1].__cause__ or chain[-1].__context__):
        chain.append(before)
    return chain


def _where(trace: TracebackType | None) -> str:
    frames = traceback.extract_tb(trace)[-FRAMES:]
    return " > ".join(f"{_module(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames)


def _module(path: str) -> str:
    """The file with its folder: enough to find it, without where this installation lies."""
    parts = path.replace("\\", "/").split("/")
    return "/".join(parts[-2:])
