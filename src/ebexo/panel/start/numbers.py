"""The numbers of the start page: each one a look into an index, however much a store has told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.db import connection

from ebexo.as_stored import moment
from ebexo.outbox.models import Message
from ebexo.outbox.states import LIVE_STATES, State

CHARTED = (State.DELIVERED, State.WITHHELD, State.FAILED, State.HELD)
MOST_COUNTED = 100_000
"""So many that wait are counted. SQLite looks at each of them, since its index does not say that it is not final."""
_LIVE = """SELECT COUNT(*) FROM (
    SELECT 1 FROM ebexo_outbox_message WHERE store_id = %s AND state = %s AND done_at IS NULL LIMIT %s
) AS live"""
_BEFORE = "SELECT COUNT(*) FROM ebexo_outbox_message WHERE store_id = %s AND state = %s AND done_at < %s"
_ON_A_DAY = f"{_BEFORE} AND done_at >= %s"


@dataclass(frozen=True)
class Numbers:
    waiting: int  # also what is being sent right now; MOST_COUNTED if there is more
    sent_today: int
    withheld: int
    failed: int  # also what somebody has to decide about
    oldest_waiting_at: datetime | None
    last_success_at: datetime | None
    more_wait: bool = False


@dataclass(frozen=True)
class Day:
    """How many messages ended so between `begins_at` and the beginning of the next day."""

    begins_at: datetime
    delivered: int
    withheld: int
    failed: int  # also what somebody has to decide about

    @property
    def total(self) -> int:
        return self.delivered + self.withheld + self.failed


def numbers_of(store_id: int, *, days: Sequence[Day]) -> Numbers:
    """A store's numbers; `days` are the last ones, today last. What they count is not counted again."""
    first_at = moment(days[0].begins_at)
    counts = _counts(
        [(_LIVE, [store_id, state, MOST_COUNTED + 1]) for state in LIVE_STATES]
        + [(_BEFORE, [store_id, state, first_at]) for state in (State.WITHHELD, State.FAILED, State.HELD)]
    )
    waiting, in_flight, withheld, failed, held = counts
    return Numbers(
        waiting=min(waiting + in_flight, MOST_COUNTED),
        more_wait=waiting + in_flight > MOST_COUNTED,
        sent_today=days[-1].delivered,
        withheld=withheld + sum(day.withheld for day in days),
        failed=failed + held + sum(day.failed for day in days),
        oldest_waiting_at=min(
            filter(None, (_oldest(store_id, state) for state in LIVE_STATES)), default=None
        ),
        last_success_at=_last_success(store_id),
    )


def days_of(store_id: int, *, midnights: list[datetime]) -> list[Day]:
    """What ended on each day. `midnights` are when the days began, the last one when the last day ends."""
    days = list(pairwise(midnights))
    counts = iter(
        _counts(
            [
                (_ON_A_DAY, [store_id, state, moment(end), moment(begin)])
                for begin, end in days
                for state in CHARTED
            ]
        )
    )
    return [
        Day(begin, delivered=next(counts), withheld=next(counts), failed=next(counts) + next(counts))
        for begin, _end in days
    ]


def _counts(parts: list[tuple[str, list[Any]]]) -> tuple[int, ...]:
    """Several counts in one statement."""
    columns = ", ".join(f"({sql})" for sql, _values in parts)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns}", [value for _sql, values in parts for value in values])
        return tuple(cursor.fetchone())


def _oldest(store_id: int, state: State) -> datetime | None:
    live = Message.objects.filter(store_id=store_id, state=state, done_at=None)
    return live.order_by("accepted_at").values_list("accepted_at", flat=True).first()


def _last_success(store_id: int) -> datetime | None:
    delivered = Message.objects.filter(store_id=store_id, state=State.DELIVERED, done_at__isnull=False)
    return delivered.order_by("-done_at").values_list("done_at", flat=True).first()
