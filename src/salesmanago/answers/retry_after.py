"""The wait that an answer asks for."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from salesmanago.limits import RETRY_AFTER_SECONDS

_SECONDS = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")


def retry_after_seconds(header: str | None, *, now: datetime) -> float | None:
    """The wait that a `Retry-After` asks for, by seconds or by a date: 0 to 3600, None if unreadable."""
    if header is None:
        return None
    text = header.strip()
    seconds = float(text) if _SECONDS.fullmatch(text) else _seconds_until(text, now)
    return None if seconds is None else min(max(seconds, 0.0), RETRY_AFTER_SECONDS)


def _seconds_until(date: str, now: datetime) -> float | None:
    try:
        at = parsedate_to_datetime(date)
    except (ValueError, OverflowError):
        return None
    return ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds()
