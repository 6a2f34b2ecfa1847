"""Reading texts out of a request, as forgivingly as the vendor is taken to do."""

from typing import Any

from salesmanago_sandbox.methods.method import Call
from salesmanago_sandbox.refusals import RefusedError

LONGEST_TEXT = 255


def text_in(call: Call, value: Any, *, field: str, limit: int = LONGEST_TEXT) -> str | None:
    """The text, cut at `limit` characters with a warning; None for what is to be ignored.

    "" is given back only where the switches say that an empty text clears the value.
    Raises RefusedError for a text that is too long where the switches say so.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    if value is None or (value == "" and call.switches.empty_text == "ignore"):
        return None
    if not isinstance(value, str):
        call.warn("unusable", field=field)
        return None
    if len(value) > limit:
        if call.switches.long_values == "reject":
            raise RefusedError(f"Value too long: {field}")
        call.warn("cut", field=field, limit=str(limit))
    return value[:limit]


def texts_in(call: Call, value: Any, *, fields: tuple[str, ...], within: str) -> dict[str, str]:
    """The usable texts among `fields` of an object."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        call.warn("unusable", field=within)
        return {}
    texts = {name: text_in(call, value.get(name), field=f"{within}.{name}") for name in fields}
    return {name: text for name, text in texts.items() if text is not None}


def merged(known: dict[str, str], new: dict[str, str]) -> dict[str, str]:
    """An empty text takes the value away."""
    return {name: text for name, text in {**known, **new}.items() if text}


def settled(known: str | None, new: str | None) -> str | None:
    """None leaves the value as it is, "" takes it away."""
    return known if new is None else (new or None)


def list_in(call: Call, name: str) -> list[Any]:
    value = call.body.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        call.warn("unusable", field=name)
        return []
    return value


def refuse_long_texts(call: Call) -> None:
    """Before anything of a contact is changed, where the switches say that nothing is cut."""
    if call.switches.long_values == "reject":
        _refuse_long(call.body, field="")


def _refuse_long(value: Any, *, field: str) -> None:
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        raise RefusedError(f"Value too long: {field}")
    if isinstance(value, dict):
        for name, inner in value.items():
            _refuse_long(inner, field=f"{field}.{name}" if field else name)
    if isinstance(value, list):
        for inner in value:
            _refuse_long(inner, field=field)
