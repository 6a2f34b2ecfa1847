"""Work that is done once a night, in small steps beside the drains of one process."""

import asyncio
import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import structlog
from django.utils import timezone

from ebexo.delivery.working import Database

NIGHT_HOUR = 3
"""In the time zone of the installation."""
LOOK_EVERY = 60.0
AGAIN_AFTER_FAILURE = 3600.0
SHORTEST_PAUSE = 0.02

log = structlog.get_logger("ebexo.delivery")


def pause_after(seconds: float) -> float:
    """How long to leave the database to others after a step that took `seconds`: two thirds of the time are theirs."""
    return max(SHORTEST_PAUSE, 2 * seconds)


class Nightly:
    """Goes through the steps of `work` once a night, and at the next start if nothing ran that night.

    The time of the last run is that of the file `mark`. Whatever goes wrong, sending goes on, and an hour later it is
    tried again.
    """

    def __init__(
        self,
        work: Callable[[], Iterator[object]],
        *,
        database: Database,
        mark: Path,
        clock: Callable[[], datetime] = timezone.now,
    ) -> None:
        self._work, self._database, self._mark, self._clock = work, database, mark, clock
        self._task: asyncio.Task[None] | None = None
        self._next_look = 0.0

    def look(self, *, stopping: asyncio.Event) -> None:
        """Begin if it is time. Looks once a minute only."""
        loop_time = asyncio.get_running_loop().time()
        if loop_time < self._next_look or (self._task and not self._task.done()):
            return
        self._next_look = loop_time + LOOK_EVERY
        try:
            if is_due(self._mark, now=self._clock()):
                self._task = asyncio.create_task(self._run(stopping))
        except OSError:
            log.exception("nightly_work_failed")
            self._next_look = loop_time + AGAIN_AFTER_FAILURE

    async def end(self) -> None:
        """Wait for the step at hand."""
        if self._task:
            await self._task

    async def _run(self, stopping: asyncio.Event) -> None:
        try:
            if await go_through(self._work(), database=self._database, stopping=stopping):
                _note(self._mark, now=self._clock())
                return
        except Exception:
            log.exception("nightly_work_failed")
        self._next_look = asyncio.get_running_loop().time() + AGAIN_AFTER_FAILURE


async def go_through(steps: Iterator[object], *, database: Database, stopping: asyncio.Event) -> bool:
    """Take one step after the other, and leave the database to others in between. False: it was time to stop."""
    while not stopping.is_set():
        begun = time.monotonic()
        if await database(partial(next, steps, None)) is None:
            return True
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), pause_after(time.monotonic() - begun))
    return False


def is_due(mark: Path, *, now: datetime) -> bool:
    """Was it night since the last run? An installation that has never run waits for its first night."""
    try:
        last_run = datetime.fromtimestamp(mark.stat().st_mtime, tz=now.tzinfo)
    except FileNotFoundError:
        _note(mark, now=now)
        return False
    return last_run < _last_night(now) or last_run > now  # then the clock was set back


def _last_night(now: datetime) -> datetime:
    local = timezone.localtime(now)
    night = local.replace(hour=NIGHT_HOUR, minute=0, second=0, microsecond=0)
    return night if night <= local else night - timedelta(days=1)


def _note(mark: Path, *, now: datetime) -> None:
    mark.touch()
    os.utime(mark, (now.timestamp(), now.timestamp()))
