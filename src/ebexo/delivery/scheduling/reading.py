"""The daily reading of statuses, beside the drains of one process."""

import asyncio
from collections import defaultdict
from collections.abc import Container
from functools import partial

import aiohttp
import structlog
from django.utils import timezone

from ebexo.delivery.pace import Pace
from ebexo.delivery.statuses import due_read_backs, put_off, read_back
from ebexo.delivery.working import Database

LOOK_EVERY = 60.0
STORES_AT_ONCE = 20

log = structlog.get_logger("ebexo.delivery")


class StatusReading:
    """Starts a reading for each store that is due. Whatever goes wrong in it, sending goes on.

    `sending` are the stores that are being drained: they are asked for statuses once that is done.
    """

    def __init__(self, *, database: Database, paces: defaultdict[int, Pace], sending: Container[int]) -> None:
        self._database, self._paces, self._sending = database, paces, sending
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._next_look = 0.0

    async def look(self, session: aiohttp.ClientSession, *, stopping: asyncio.Event) -> None:
        """Begin what is due. Asks the database once a minute only."""
        clock = asyncio.get_running_loop().time()
        if clock < self._next_look:
            return
        self._next_look = clock + LOOK_EVERY
        try:
            due = await self._database(lambda: due_read_backs(now=timezone.now()))
        except Exception:
            log.exception("looking_for_statuses_failed")
            return
        self._tasks = {store_id: task for store_id, task in self._tasks.items() if not task.done()}
        for store_id in due:
            if store_id not in self._tasks and len(self._tasks) < STORES_AT_ONCE:
                reading = self._read(store_id, session=session, stopping=stopping)
                self._tasks[store_id] = asyncio.create_task(reading)

    async def end(self) -> None:
        """Wait for the questions in flight."""
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _read(self, store_id: int, *, session: aiohttp.ClientSession, stopping: asyncio.Event) -> None:
        try:
            await read_back(
                store_id,
                session=session,
                database=self._database,
                pace=self._paces[store_id],
                is_sending=lambda: store_id in self._sending,
                stopping=stopping,
            )
        except Exception:
            log.exception("reading_statuses_failed", store=store_id)
            await self._database(partial(put_off, store_id, now=timezone.now()))
