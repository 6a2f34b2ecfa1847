"""JSON as it is read from and written to the wire."""

import json
import math
from typing import Any

JsonObject = dict[str, Any]

# No call of the vendor's needs more than six.
MOST_LEVELS = 100


def read_object(raw: bytes) -> JsonObject | None:
    """The JSON object in `raw`, or None where there is none."""
    try:
        parsed = json.loads(raw.decode("utf-8"), parse_constant=_refused, parse_float=_finite)
        if b"\\ud" in raw.lower():
            # Half of a surrogate pair could be read, but never be written again.
            written(parsed).encode("utf-8")
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict) and _is_flat(parsed) else None


def written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _is_flat(parsed: JsonObject) -> bool:
    level: list[Any] = [parsed]
    for _ in range(MOST_LEVELS):
        inner = [value for one in level for value in (one.values() if isinstance(one, dict) else one)]
        level = [value for value in inner if isinstance(value, dict | list)]
    return not level


def _refused(name: str) -> Any:
    # Python reads NaN and Infinity, which are no JSON.
    raise ValueError(name)


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _refused(text)
