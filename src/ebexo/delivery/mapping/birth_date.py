"""Birth dates as people and shops write them. PURE."""

import re
from datetime import date

_PLACEHOLDERS = {date(1900, 1, 1), date(1901, 1, 1), date(1911, 11, 11), date(1970, 1, 1)}
_FORMS = (
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?:[T ].*)?"),
    re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"),
    re.compile(r"(?P<day>\d{1,2})[./](?P<month>\d{1,2})[./](?P<year>\d{4})"),
)
OLDEST_YEARS = 120


def birth_date(text: str, *, today: date) -> date | None:
    """The date in `text`, or None if it is no date, a placeholder, in the future or out of a human life."""
    match = next((found for form in _FORMS if (found := form.fullmatch(text.strip()))), None)
    if match is None:
        return None
    try:
        value = date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        return None
    is_possible = today.year - OLDEST_YEARS <= value.year and value <= today
    return value if is_possible and value not in _PLACEHOLDERS else None
