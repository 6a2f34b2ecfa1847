"""Work that looks at the stores every minute, away from what sends: it may wait for others, such as a mail server."""

import asyncio
from collections.abc import Callable

import structlog

from ebexo.delivery.scheduling.threads import DatabaseThreads
from ebexo.environment import environment

LOOK_EVERY = 60.0

log = structlog.get_logger("ebexo.delivery")


class Watch:
    """Does `work` in a thread of its own, one at a time. Whatever goes wrong in it, sending goes on."""

    def __init__(self, work: Callable[[], None]) -> None:
        self._work, self._thread = work, DatabaseThreads(1)
        self._every = min(LOOK_EVERY, environment().alert_after_seconds / 6)
        self._task: asyncio.Task[None] | None = None
        self._next_look = 0.0

    def look(self) -> None:
        """Begin if it is time: once a minute, and more often where alerts come sooner."""
        clock = asyncio.get_running_loop().time()
        if clock >= self._next_look and (self._task is None or self._task.done()):
            self._next_look = clock + self._every
            self._task = asyncio.create_task(self.run())

    async def run(self) -> None:
        """Once, whether it is time or not."""
        try:
            await self._thread(self._work)
        except Exception:
            log.exception("watching_failed")

    async def end(self) -> None:
        """Wait for what is at hand."""
        if self._task:
            await self._task
        self._thread.close()
