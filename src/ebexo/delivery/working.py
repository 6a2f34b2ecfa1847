"""Work in the database: in threads of its own, and leaving room for other stores."""

import asyncio
import time
from collections.abc import Callable
from typing import Protocol, TypeVar

T = TypeVar("T")

LONG = 0.01
"""Seconds of computing that only a batch takes."""
ROOM = 4.0
"""So many times as long as its work took a batch waits then, where others have something to do."""


class Database(Protocol):
    """Runs database work in a thread of its own, away from the event loop."""

    async def __call__(self, work: Callable[[], T], /) -> T: ...


def leaving_room(database: Database, *, has_neighbours: Callable[[], bool]) -> Database:
    """The same database; after long work there it is left to the neighbours for a while."""

    async def run(work: Callable[[], T], /) -> T:
        done, seconds = await database(lambda: _timed(work))
        if seconds > LONG and has_neighbours():
            await asyncio.sleep(ROOM * seconds)
        return done

    return run


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    begun_at = time.thread_time()
    return work(), time.thread_time() - begun_at
