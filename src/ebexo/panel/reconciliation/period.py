"""Which days the page shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from django.utils.dateparse import parse_date

USUALLY, AT_MOST = 7, 31


@dataclass(frozen=True)
class Period:
    first: date
    last: date

    @property
    def query(self) -> str:
        return urlencode({"first": self.first.isoformat(), "last": self.last.isoformat()})


def period(typed: Mapping[str, str], *, today: date) -> Period:
    """What was typed, where it can be read; else the last days. Never more than a month, and nothing to come."""
    last = min(day_typed(typed.get("last", "")) or today, today)
    first = day_typed(typed.get("first", "")) or last - timedelta(days=USUALLY - 1)
    first = min(first, last)
    return Period(max(first, last - timedelta(days=AT_MOST - 1)), last)


def day_typed(text: str) -> date | None:
    try:
        day = parse_date(text)
    except ValueError:  # such as the 31st of February
        return None
    return day if day and 1990 < day.year < 9000 else None
