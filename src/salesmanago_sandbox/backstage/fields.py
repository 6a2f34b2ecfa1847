"""Reading the backstage's bodies. What is wrong is told in a sentence that names the field."""

from typing import Any

from aiohttp import web

from salesmanago_sandbox.json_text import JsonObject, read_object
from salesmanago_sandbox.refusals import BadFieldError


async def body_of(request: web.Request, *, known: tuple[str, ...] | None = None) -> JsonObject:
    """With `known` no other fields are taken."""
    body = read_object(await request.read())
    if body is None:
        raise BadFieldError("The body must be a JSON object.")
    for name in body:
        if known is not None and name not in known:
            raise BadFieldError(f"The field {name!r} is not known here; known are {', '.join(known)}.")
    return body


def text(value: Any, *, name: str) -> str:
    if not isinstance(value, str) or not value:
        raise BadFieldError(f"The field {name!r} must be a text that is not empty.")
    return value


def boolean(value: Any, *, name: str) -> bool:
    if not isinstance(value, bool):
        raise BadFieldError(f"The field {name!r} must be true or false.")
    return value


def number(value: Any, *, name: str, least: float, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise BadFieldError(f"The field {name!r} must be a number from {least:g} to {most:g}.")
    return float(value)


def whole_number(value: str, *, name: str) -> int:
    if not value.isascii() or not value.isdigit():
        raise BadFieldError(f"The field {name!r} must be a whole number.")
    return int(value)


def count(value: Any, *, name: str, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise BadFieldError(f"The field {name!r} must be a whole number from {least} to {most}.")
    return value


def texts(value: Any, *, name: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(item, str) and item for item in value):
        raise BadFieldError(f"The field {name!r} must be a list of texts that is not empty.")
    return tuple(value)
