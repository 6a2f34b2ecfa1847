"""The body of an answer: the object in it, and the words."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from salesmanago.answers.answer import Answer
from salesmanago.errors import UnknownReason


def parsed(answer: Answer) -> tuple[Mapping[str, Any], UnknownReason | None]:
    """The body as an object, numbers with a point as Decimal; or an empty one and the reason."""
    if answer.broken:
        return {}, answer.broken
    if not answer.body.strip():
        return {}, "empty"
    try:
        content = json.loads(answer.body, parse_float=Decimal)
    except (ValueError, RecursionError):
        return {}, "not_json"
    return (content, None) if isinstance(content, dict) else ({}, "not_object")


def texts_of(fields: Mapping[str, Any]) -> list[str]:
    """SALESmanago's remarks: normally a list, at times one text, and `values` names fields."""
    message = fields.get("message")
    texts = [message] if isinstance(message, str) else _strings(message)
    values = fields.get("values")
    if isinstance(values, dict):
        texts += [f"{name}: {text}" for name, about in values.items() for text in _strings(about)]
    return texts


def page_of(answer: Answer) -> list[str]:
    """What a page says that is no answer of the API. A broken answer is not quoted: it may list people."""
    beginning = answer.body.lstrip()[:1]
    return [] if beginning in (b"{", b"[") else [answer.body.decode(errors="replace")]


def _strings(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
