"""How much may wait. A store that tells more than can be sent is asked to wait, and so is everybody when the disk
is nearly full: what is accepted has to be kept.

Only the HTTP door asks here. A Django shop that tells its events in-process can't be told to wait.
"""

import threading
from dataclasses import dataclass
from http import HTTPStatus
from shutil import disk_usage
from time import monotonic

from django.db.models import Count, Sum
from django.db.models.functions import Length

from ebexo.environment import Environment, environment
from ebexo.ingest.problems import TurnedDown
from ebexo.outbox.models import IS_LIVE, Message

STORE_SECONDS = 30
DISK_SECONDS = 60
COUNTED_EVERY = 2.0
"""Seconds between two counts of a store."""
COUNTING_SHARE = 20
"""Counting a long backlog takes a while: at most a twentieth of the time is given to it."""


@dataclass
class _Backlog:
    """What waits of a store: counted at times, and in between what was accepted here is added."""

    rows: int = 0
    size: int = 0
    count_again_at: float = 0.0


_backlogs: dict[int, _Backlog] = {}
_lock = threading.Lock()


def ask_for_room(store_id: int) -> None:
    """Raises TurnedDown: 429 where too much of this store waits, 503 where the disk is nearly full."""
    limits = environment()
    if _disk_is_nearly_full(limits):
        raise TurnedDown(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "There is too little room on the disk to store more. Send it again later.",
            retry_after=DISK_SECONDS,
        )
    backlog = _backlog(store_id)
    if backlog.rows >= limits.waiting_events_limit or backlog.size >= limits.waiting_bytes_limit:
        raise TurnedDown(
            HTTPStatus.TOO_MANY_REQUESTS,
            "Too many events of this store wait to be sent. Send it again later.",
            retry_after=STORE_SECONDS,
        )


def note_accepted(store_id: int, *, rows: int, size: int) -> None:
    """So many events with so many bytes were accepted just now."""
    with _lock:
        backlog = _backlogs.setdefault(store_id, _Backlog())
        backlog.rows += rows
        backlog.size += size


def forget() -> None:
    """Count anew at the next question."""
    with _lock:
        _backlogs.clear()


def _backlog(store_id: int) -> _Backlog:
    with _lock:
        backlog = _backlogs.setdefault(store_id, _Backlog())
        started = monotonic()
        if started < backlog.count_again_at:
            return backlog
        backlog.count_again_at = started + COUNTED_EVERY  # whoever asks meanwhile goes by the former count
    rows, size = _count(store_id)
    took = monotonic() - started
    with _lock:
        backlog.rows, backlog.size = rows, size
        backlog.count_again_at = monotonic() + max(COUNTED_EVERY, took * COUNTING_SHARE)
    return backlog


def _count(store_id: int) -> tuple[int, int]:
    """Rows and characters; what an import of the past has queued is not the shop's doing of today."""
    waiting = Message.objects.filter(IS_LIVE, store_id=store_id, kind="live")
    counted = waiting.aggregate(rows=Count("pk"), size=Sum(Length("payload")))
    return counted["rows"], counted["size"] or 0


def _disk_is_nearly_full(limits: Environment) -> bool:
    """SQLite's disk; the one of a PostgreSQL elsewhere can't be seen from here."""
    if limits.database_url:
        return False
    return disk_usage(limits.data_dir).free < limits.free_disk_floor
