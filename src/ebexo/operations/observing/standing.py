"""How the installation stands, as its database says: what waits, how long, and for whom nothing can be sent.

Each number comes from an index or from a table with a row a store. What grows with what was ever told is not counted.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from shutil import disk_usage
from typing import Any

from django.db import connection

from ebexo.as_stored import moment
from ebexo.environment import environment
from ebexo.history.states import AT_WORK, OPEN
from ebexo.outbox.lease import lease_length
from ebexo.outbox.states import LIVE_STATES, State

BREAKER_AFTER = 5
"""Failures in a row."""
COUNTED_STATES = (*LIVE_STATES, State.HELD, State.FAILED)
"""Those that somebody has to do something about, we or a person. The others are what is over."""
LANE_STATES = ("idle", "sending", "backing_off", "breaker_open", "turned_away", "paused")
HEARTBEATS_MISSED = 3


@dataclass(frozen=True)
class Standing:
    """Ages in seconds, sizes in bytes; what is not named is zero. `problems` of active stores, by the check's word.

    `free_bytes` and `floor_bytes` are None where the database is elsewhere.
    """

    messages: dict[str, int] = field(default_factory=dict)
    oldest_due: dict[str, float] = field(default_factory=dict)
    lanes: dict[str, int] = field(default_factory=dict)
    stores: dict[str, int] = field(default_factory=dict)
    problems: dict[str, int] = field(default_factory=dict)
    imports: dict[str, int] = field(default_factory=dict)
    import_rows: int = 0
    database_bytes: int = 0
    workers: int | None = None
    free_bytes: int | None = None
    floor_bytes: int | None = None


def standing(*, now: datetime) -> Standing:
    """As it is at this moment. Raises DatabaseError."""
    stores, problems = _stores()
    imports, import_rows = _imports()
    return Standing(
        messages=_live() | _ended(),
        oldest_due=_oldest_due(now),
        lanes=_lanes(now),
        stores=stores,
        problems=problems,
        imports=imports,
        import_rows=import_rows,
        **(_of_postgresql(now) if connection.vendor == "postgresql" else _of_sqlite()),
    )


_LIVE = f"""
    SELECT COUNT(*) FILTER (WHERE state = '{State.WAITING}'), COUNT(*) FILTER (WHERE state = '{State.IN_FLIGHT}')
    FROM ebexo_outbox_message WHERE done_at IS NULL
"""  # noqa: S608  (our own words)
_ENDED = """
    (SELECT COUNT(*) FROM ebexo_outbox_message AS message
        WHERE message.store_id = lane.store_id AND message.state = '{}' AND message.done_at IS NOT NULL)
"""
_FAILED_AND_HELD = f"""
    SELECT COALESCE(SUM({_ENDED.format(State.FAILED)}), 0), COALESCE(SUM({_ENDED.format(State.HELD)}), 0)
    FROM ebexo_outbox_lane AS lane
"""  # noqa: S608  (our own words)


def _live() -> dict[str, int]:
    """One pass over the small index of what is live: the only number that takes longer the more of it there is."""
    waiting, in_flight = _row(_LIVE)
    return {State.WAITING: waiting, State.IN_FLIGHT: in_flight}


def _ended() -> dict[str, int]:
    """A look into the index for each store: what was delivered is many more, and stands elsewhere in it."""
    failed, held = _row(_FAILED_AND_HELD)
    return {State.FAILED: int(failed), State.HELD: int(held)}


_FIRST_DUE = """
    (SELECT due.due_at FROM ebexo_outbox_key AS due
        WHERE due.store_id = lane.store_id AND due.is_history = {} AND NOT due.blocked
        AND due.head_seq <= due.tail_seq AND due.due_at <= %s
        ORDER BY due.due_at LIMIT 1)
"""
_OLDEST_DUE = f"""
    SELECT MIN({_FIRST_DUE.format("FALSE")}), MIN({_FIRST_DUE.format("TRUE")})
    FROM ebexo_outbox_lane AS lane
    WHERE stopped_at IS NULL AND paused_reason IS NULL AND (backoff_until IS NULL OR backoff_until <= %s)
"""  # noqa: S608  (our own words)


def _oldest_due(now: datetime) -> dict[str, float]:
    """What could be sent and is not: lanes that must not send, or that wait for SALESmanago, are left out."""
    at = moment(now)
    live, history = _row(_OLDEST_DUE, at, at, at)
    return {"live": _age(live, now), "history": _age(history, now)}


def _age(since: Any, now: datetime) -> float:
    if since is None:
        return 0.0
    at = since if isinstance(since, datetime) else datetime.fromisoformat(since)
    at = at if at.tzinfo else at.replace(tzinfo=now.tzinfo)
    return max(0.0, (now - at).total_seconds())


_LANES = f"""
    SELECT state, COUNT(*) FROM (
        SELECT CASE
            WHEN stopped_at IS NOT NULL THEN 'paused'
            WHEN paused_reason IS NOT NULL THEN 'turned_away'
            WHEN backoff_until > %s AND failures >= {BREAKER_AFTER} THEN 'breaker_open'
            WHEN backoff_until > %s THEN 'backing_off'
            WHEN lease_until > %s AND lease_until <= %s THEN 'sending'
            ELSE 'idle'
        END AS state
        FROM ebexo_outbox_lane
    ) AS lanes GROUP BY state
"""  # noqa: S608  (our own number)


def _lanes(now: datetime) -> dict[str, int]:
    at = moment(now)
    return dict(_rows(_LANES, at, at, at, moment(now + 2 * lease_length())))


_STORES = "SELECT active, check_problem, COUNT(*) FROM ebexo_stores_account GROUP BY active, check_problem"


def _stores() -> tuple[dict[str, int], dict[str, int]]:
    """How many are switched on and off, and of those that are on how many have which trouble with their connection."""
    stores, problems = {"on": 0, "off": 0}, dict[str, int]()
    for active, problem, count in _rows(_STORES):
        stores["on" if active else "off"] += count
        if active and problem:
            problems[problem] = problems.get(problem, 0) + count
    return stores, problems


_IMPORTS = """
    SELECT state, COUNT(*), SUM(rows - row_position) FROM ebexo_history_import WHERE NOT is_cleared GROUP BY state
"""


def _imports() -> tuple[dict[str, int], int]:
    """Open imports by state, and how many rows those at work have left."""
    found = {state: (count, int(left)) for state, count, left in _rows(_IMPORTS) if state in OPEN}
    counts = {state: count for state, (count, _left) in found.items()}
    return counts, sum(found[state][1] for state in AT_WORK if state in found)


def _of_sqlite() -> dict[str, int]:
    (pages,), (size,) = _row("PRAGMA page_count"), _row("PRAGMA page_size")
    free = disk_usage(environment().data_dir).free
    return {
        "database_bytes": pages * size,
        "free_bytes": free,
        "floor_bytes": environment().free_disk_floor,
    }


def _of_postgresql(now: datetime) -> dict[str, int]:
    """A worker that lives gives a sign of life to Procrastinate as often as it sweeps."""
    since = now - HEARTBEATS_MISSED * timedelta(seconds=environment().sweep_seconds)
    (workers,) = _row("SELECT COUNT(*) FROM procrastinate_workers WHERE last_heartbeat > %s", since)
    (size,) = _row("SELECT pg_database_size(current_database())")
    return {"database_bytes": size, "workers": workers}


def _row(sql: str, *values: Any) -> tuple[Any, ...]:
    return _rows(sql, *values)[0]


def _rows(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())
