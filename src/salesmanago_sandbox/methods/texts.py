"""Reading texts out of a request, as forgivingly as the vendor is taken to do."""

from typing import Any

from salesmanago_sandbox.methods.method import Call

LONGEST_TEXT = 255


def text_in(call: Call, value: Any, *, field: str) -> str | None:
    """The text, cut at 255 characters with a warning; None for what is to be ignored."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        call.warn("unusable", field=field)
        return None
    if len(value) > LONGEST_TEXT:
        call.warn("cut", field=field, limit=str(LONGEST_TEXT))
    return value[:LONGEST_TEXT]


def texts_in(call: Call, value: Any, *, fields: tuple[str, ...], within: str) -> dict[str, str]:
    """The usable texts among `fields` of an object."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        call.warn("unusable", field=within)
        return {}
    texts = {name: text_in(call, value.get(name), field=f"{within}.{name}") for name in fields}
    return {name: text for name, text in texts.items() if text is not None}


def list_in(call: Call, name: str) -> list[Any]:
    value = call.body.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        call.warn("unusable", field=name)
        return []
    return value
