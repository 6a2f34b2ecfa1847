"""JSON as it is sent: characters as they are, and decimal numbers digit by digit."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

_SCALAR = json.JSONEncoder(ensure_ascii=False)
_WHOLE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def encoded(content: Mapping[str, Any]) -> bytes:
    """`content` as JSON in UTF-8, without blanks. A Decimal keeps its places: 0.30 and not 0.30000000000000004."""
    # "replace": an encoding error would carry the whole request in its attributes.
    try:
        text = _WHOLE.encode(content)
    except TypeError:  # it has decimals in it: several times as long
        text = _json(content)
    return text.encode(errors="replace")


def _json(value: object) -> str:
    match value:
        case Decimal():
            return f"{value:f}"  # the standard library knows no decimals, and a float is not one
        case Mapping():
            return (
                "{" + ",".join(f"{_SCALAR.encode(name)}:{_json(item)}" for name, item in value.items()) + "}"
            )
        case list():
            return "[" + ",".join(map(_json, value)) + "]"
    return _SCALAR.encode(value)
