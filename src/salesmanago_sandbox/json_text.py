"""JSON as it is read from and written to the wire."""

import json
import math
from typing import Any

JsonObject = dict[str, Any]


def read_object(raw: bytes) -> JsonObject | None:
    """The JSON object in `raw`, or None where there is none."""
    try:
        parsed = json.loads(raw.decode("utf-8"), parse_constant=_refused, parse_float=_finite)
        if b"\\ud" in raw.lower():
            # Half of a surrogate pair could be read, but never be written again.
            written(parsed).encode("utf-8")
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict) else None


def written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _refused(name: str) -> Any:
    # Python reads NaN and Infinity, which are no JSON.
    raise ValueError(name)


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _refused(text)
