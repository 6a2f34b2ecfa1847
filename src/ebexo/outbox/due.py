"""Which stores have something to send."""

from datetime import datetime, timedelta

from django.db import connection

from ebexo.as_stored import moment
from ebexo.outbox.lease import lease_length
from ebexo.outbox.retry import LONGEST
from ebexo.outbox.states import State

_KEY = """
    EXISTS (SELECT 1 FROM ebexo_outbox_key AS due WHERE due.store_id = {} AND due.is_history = {}
        AND due.due_at {} %s AND NOT due.blocked AND due.head_seq <= due.tail_seq)
"""
# None is ever put off for longer than `LONGEST`: then the clock was set back. Two ranges of the index, hence two looks.
_LIVE, _HISTORY = (
    f"({_KEY.format('lane.store_id', kind, '<=')} OR {_KEY.format('lane.store_id', kind, '>')})"
    for kind in ("FALSE", "TRUE")
)
_LEFT = f"""
    EXISTS (SELECT 1 FROM ebexo_outbox_message AS left_over
        WHERE left_over.store_id = lane.store_id
        AND left_over.state = '{State.IN_FLIGHT}' AND left_over.done_at IS NULL)
"""  # noqa: S608  (our own word)
_LANES = f"""
    SELECT store_id, CASE
        WHEN {_LEFT} OR (may_begin AND {_LIVE}) THEN 1 WHEN may_begin AND {_HISTORY} THEN 2
    END AS turn
    FROM (
        SELECT store_id, last_served_at,
            (backoff_until IS NULL OR backoff_until <= %s OR last_served_at > %s) AS may_begin
        FROM ebexo_outbox_lane
        WHERE stopped_at IS NULL AND (lease_until IS NULL OR lease_until <= %s OR lease_until > %s)
    ) AS lane
    ORDER BY turn, last_served_at NULLS FIRST
"""  # noqa: S608  (our own words)


def due_stores(*, now: datetime) -> list[int]:
    """Stores with something to send: those with something live first, then the one that waited longest for its turn.

    What is in flight on a lane that nobody holds was left by a worker that died.
    """
    at, never = moment(now), moment(now + timedelta(seconds=LONGEST))
    lease_over = moment(now + 2 * lease_length())
    with connection.cursor() as cursor:
        cursor.execute(_LANES, [at, never, at, never, at, at, at, lease_over])
        return [store_id for store_id, turn in cursor.fetchall() if turn]


_IS_DUE = " OR ".join(_KEY.format("%s", kind, sign) for kind in ("FALSE", "TRUE") for sign in ("<=", ">"))
_IS_LIVE_DUE = " OR ".join(_KEY.format("%s", "FALSE", sign) for sign in ("<=", ">"))


def is_due(store_id: int, *, with_history: bool, now: datetime) -> bool:
    """Is there anything of this store that may be sent, whatever its lane says?"""
    looks = [store_id, moment(now), store_id, moment(now + timedelta(seconds=LONGEST))]
    with connection.cursor() as cursor:
        if with_history:
            cursor.execute(f"SELECT {_IS_DUE}", [*looks, *looks])
        else:
            cursor.execute(f"SELECT {_IS_LIVE_DUE}", looks)
        (is_found,) = cursor.fetchone()
    return bool(is_found)
