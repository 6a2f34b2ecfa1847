"""How far an import is, and what it came to so far."""

from dataclasses import dataclass
from datetime import datetime

from ebexo.history.clearing import waiting_of
from ebexo.history.models import Import
from ebexo.history.states import AT_WORK, Counts


@dataclass(frozen=True)
class Progress:
    """`row_position` rows of `rows` are through in this round. `waiting` messages are still to be sent.

    `rate` are rows a second since it was started or resumed, `seconds_left` the estimate; None where there is none.
    """

    rows: int
    row_position: int
    waiting: int
    counts: Counts
    rate: float | None
    seconds_left: int | None


def progress_of(found: Import, *, now: datetime) -> Progress:
    """What is queued and waits counts as not through yet for the rate: it is sending that takes the time."""
    waiting = waiting_of(found).count() if found.started_at else 0
    through = max(found.row_position - waiting, 0)
    rate = _rate(found, through, now=now)
    left = found.rows - through
    return Progress(
        rows=found.rows,
        row_position=found.row_position,
        waiting=waiting,
        counts=found.numbers,
        rate=round(rate, 1) if rate else None,
        seconds_left=round(left / rate) if rate and left else None,
    )


def _rate(found: Import, through: int, *, now: datetime) -> float | None:
    if found.state not in AT_WORK or found.measured_at is None:
        return None
    seconds = (now - found.measured_at).total_seconds()
    done = through - found.measured_row
    return done / seconds if seconds > 0 and done > 0 else None
