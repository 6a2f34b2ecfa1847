"""The dispatcher of one process on SQLite: a thread beside the web server.

The database file is the bell. Every commit of any process changes SQLite's `data_version`, which costs next to
nothing to ask for; so a message written by the shop's own process is noticed as soon as one of ours. A look once a
second finds what fell due by the clock alone.
"""

import asyncio
import os
import random
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

import aiohttp
import structlog
from django.db import DatabaseError, connection, connections
from django.utils import timezone

from ebexo.delivery.drain import drain
from ebexo.delivery.pace import Pace
from ebexo.delivery.scheduling.nightly import Nightly
from ebexo.delivery.scheduling.reading import StatusReading
from ebexo.delivery.scheduling.threads import DatabaseThreads, with_a_usable_connection
from ebexo.delivery.scheduling.watching import Watch
from ebexo.environment import environment
from ebexo.outbox.due import due_stores
from ebexo.outbox.lease import release_all
from ebexo.outbox.settle import back_off
from salesmanago import open_session

LISTEN_EVERY = 0.02
BUSY_LISTEN_EVERY = 0.05
"""While something is being sent: our own commits are heard, too."""
LOOK_EVERY = 1.0
LANES_AT_ONCE = 50
STANDS_STILL = 60.0
"""Seconds without a look around, which even a slow disk does not explain."""
SWITCH_EVERY = 0.0005
"""Seconds for which a thread of this process computes while another wants to. By Python's own measure, ten times that,
an event that goes through a dozen statements waits a dozen times for a batch that is being prepared."""

log = structlog.get_logger("ebexo.delivery")
T = TypeVar("T")


class Dispatcher:
    """Sends what the outbox owes, until it is stopped. Only one may run in an installation: see `ebexo.serving`.

    `nightly` is gone through step by step once a night, `watch` called every minute.
    """

    def __init__(
        self,
        *,
        nightly: Callable[[], Iterator[object]] | None = None,
        watch: Callable[[], None] | None = None,
    ) -> None:
        self._owner = f"embedded-{os.getpid()}"
        self._database = DatabaseThreads(2)
        self._ear = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ebexo-dispatcher-ear")
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="ebexo-dispatcher")
        self._drains: dict[int, asyncio.Task[None]] = {}
        self._paces: defaultdict[int, Pace] = defaultdict(Pace)
        self._reading = StatusReading(database=self._database, paces=self._paces, sending=self._drains)
        mark = environment().data_dir / "pruned"
        self._nightly = Nightly(nightly, database=self._database, mark=mark) if nightly else None
        self._watch = Watch(watch) if watch else None
        self._looked_at = time.monotonic()
        self._is_first_look = True
        self._is_full = False
        self._started = threading.Event()
        self._loop: asyncio.AbstractEventLoop
        self._stopping: asyncio.Event

    def start(self) -> None:
        self._thread.start()
        self._started.wait()

    def is_alive(self) -> bool:
        """Does it look around?"""
        return self._thread.is_alive() and time.monotonic() - self._looked_at < STANDS_STILL

    def ask_to_stop(self) -> None:
        """Begin nothing new, let the calls in flight end, give the lanes back."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)

    def stop(self, *, timeout: float) -> bool:
        """Ask to stop and wait for it. True: all done in time."""
        self.ask_to_stop()
        self._thread.join(timeout)
        return not self._thread.is_alive()

    async def _run(self) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        sys.setswitchinterval(SWITCH_EVERY)
        self._started.set()
        async with open_session() as session:
            while not self._stopping.is_set():
                self._looked_at = time.monotonic()
                try:
                    await self._look(session)
                except Exception:  # nobody else dispatches here: whatever it was, look again
                    log.exception("looking_failed")
                    await asyncio.sleep(LOOK_EVERY)
            await asyncio.gather(*self._drains.values(), return_exceptions=True)
            await self._reading.end()
            if self._nightly:
                await self._nightly.end()
            if self._watch:
                await self._watch.end()
        self._database.close()
        self._ear.submit(connections.close_all)
        self._ear.shutdown()

    async def _look(self, session: aiohttp.ClientSession) -> None:
        if self._is_first_look:
            await self._database(release_all)
            self._is_first_look = False
        heard = await self._hear(_data_version)
        await self._start_drains(session)
        await self._reading.look(session, stopping=self._stopping)
        if self._nightly:
            self._nightly.look(stopping=self._stopping)
        if self._watch:
            self._watch.look()
        await self._wait_for_more(heard)
        await self._end_drains()

    async def _start_drains(self, session: aiohttp.ClientSession) -> None:
        due = await self._database(lambda: due_stores(now=timezone.now()))
        waiting = [store_id for store_id in due if store_id not in self._drains]
        self._is_full = len(self._drains) + len(waiting) > LANES_AT_ONCE
        for store_id in waiting:
            if len(self._drains) < LANES_AT_ONCE:
                self._drains[store_id] = asyncio.create_task(
                    drain(
                        store_id,
                        session=session,
                        database=self._database,
                        owner=self._owner,
                        pace=self._paces[store_id],
                        stopping=self._stopping,
                        has_neighbours=lambda: len(self._drains) > 1,
                        others_wait=lambda: self._is_full,
                    )
                )

    async def _end_drains(self) -> None:
        for store_id in [store_id for store_id, task in self._drains.items() if task.done()]:
            error = self._drains.pop(store_id).exception()
            if error:
                log.error("drain_failed", store=store_id, exc_info=error)
                await self._pause_after_failure(store_id)

    async def _pause_after_failure(self, store_id: int) -> None:
        try:
            await self._database(
                lambda: back_off(store_id, chance=random.random(), now=timezone.now())  # noqa: S311  (jitter)
            )
        except DatabaseError:
            await asyncio.sleep(LOOK_EVERY)

    async def _wait_for_more(self, heard: int) -> None:
        """Wait until the database changed, a drain ended, a second is over, or it is time to stop."""
        enough = threading.Event()
        every = BUSY_LISTEN_EVERY if self._drains else LISTEN_EVERY
        change = self._hear(partial(_wait_for_change, heard, enough=enough, every=every))
        stop = asyncio.create_task(self._stopping.wait())
        awaited: set[asyncio.Future[Any]] = {change, stop, *self._drains.values()}
        await asyncio.wait(awaited, return_when=asyncio.FIRST_COMPLETED)
        enough.set()
        stop.cancel()
        await change

    def _hear(self, listen: Callable[[], T]) -> "asyncio.Future[T]":
        return asyncio.get_running_loop().run_in_executor(self._ear, with_a_usable_connection, listen)


def _wait_for_change(heard: int, *, enough: threading.Event, every: float) -> None:
    """Return when `_data_version` is not `heard` any more, when `enough` is set, or after `LOOK_EVERY`."""
    for _ in range(round(LOOK_EVERY / every)):
        if enough.wait(every) or _data_version() != heard:
            return


def _data_version() -> int:
    """A number that differs once anybody has written. It belongs to one connection, hence a thread of its own."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA data_version")
        (version,) = cursor.fetchone()
    return int(version)
