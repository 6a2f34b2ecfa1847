"""A worker of an installation on PostgreSQL, beside any number of others.

Who sends for a store is decided by the lane's lease alone. So whatever wakes a worker may do so too often: the bell
after a commit, a timer for what falls due soon, or the sweeper, which looks for lanes that are due and that nobody
holds. The sweeper needs the outbox only, and is what makes the other two dispensable.
"""

import asyncio
import os
import random
import secrets
import socket
import time
from collections import defaultdict
from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress
from functools import partial

import aiohttp
import structlog
from django.utils import timezone

from ebexo.delivery.drain import drain
from ebexo.delivery.pace import Pace
from ebexo.delivery.scheduling.nightly import go_through
from ebexo.delivery.scheduling.procrastinate import Engine
from ebexo.delivery.scheduling.reading import StatusReading
from ebexo.delivery.scheduling.threads import DatabaseThreads
from ebexo.delivery.scheduling.watching import Watch
from ebexo.environment import environment
from ebexo.outbox.bell import ring, ring_now
from ebexo.outbox.due import due_stores
from ebexo.outbox.foresight import give_back, next_due
from ebexo.outbox.settle import back_off
from salesmanago import open_session

LANES_AT_ONCE = 50
BESIDE = 3
"""Places for the periodic jobs."""
DATABASE_THREADS = 4
SHORTEST_REST = 0.05
"""Seconds between two drains of a store by one worker, so that nothing goes round and round."""
STANDS_STILL = 60.0
"""Seconds that a sweep may take at most."""
UNEVEN = 0.3
"""So much a sweep comes earlier or later than the last one did, so that workers do not sweep together."""

log = structlog.get_logger("ebexo.delivery")


class _Slowly(Pace):
    """A tenth of the store's rate: another worker may be sending for it at the same time."""

    async def turn(self, *, rate: float) -> None:
        await super().turn(rate=rate / 10)


class Worker:
    """Sends what the outbox owes until `stop` is called.

    `nightly` is gone through once a night, by one worker, and `watch` called every minute, by one as well.
    """

    def __init__(
        self,
        *,
        nightly: Callable[[], Iterator[object]] | None = None,
        watch: Callable[[], None] | None = None,
    ) -> None:
        self._owner = f"{socket.gethostname()[:40]}-{os.getpid()}-{secrets.token_hex(4)}"
        self._sweep_every = environment().sweep_seconds
        self._database = DatabaseThreads(DATABASE_THREADS)
        self._engine = Engine(self, at_once=LANES_AT_ONCE + BESIDE, heartbeat=self._sweep_every)
        self._steps = nightly
        self._watch = Watch(watch) if watch else None
        self._sending: set[int] = set()
        self._paces: defaultdict[int, Pace] = defaultdict(Pace)
        self._timers: dict[int, asyncio.TimerHandle] = {}
        self._places = asyncio.Semaphore(LANES_AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()
        self._swept_at = time.monotonic()
        self._session: aiohttp.ClientSession

    def is_alive(self) -> bool:
        """Does it sweep? From any thread."""
        return time.monotonic() - self._swept_at < 2 * self._sweep_every + STANDS_STILL

    def stop(self) -> None:
        """Begin nothing new, let the calls in flight end, give the lanes back. From the loop's own thread."""
        self._stopping.set()

    async def run(self) -> None:
        """Work until it is stopped and everything is given back."""
        async with open_session() as self._session:
            await asyncio.gather(self._engine.run(self._stopping), self._keep_sweeping())
            for timer in self._timers.values():
                timer.cancel()
            if self._tasks:
                await asyncio.wait(self._tasks)
            if self._watch:
                await self._watch.end()
        self._database.close()

    async def drain(self, store_id: int) -> None:
        """Send what this store owes, unless somebody is at it already."""
        async with self._places:
            if store_id not in self._sending and not self._stopping.is_set():
                await self._drain(store_id)

    async def _drain(self, store_id: int) -> None:
        self._sending.add(store_id)
        try:
            await drain(
                store_id,
                session=self._session,
                database=self._database,
                owner=self._owner,
                pace=self._paces[store_id],
                stopping=self._stopping,
                has_neighbours=lambda: len(self._sending) > 1,
                others_wait=self._places.locked,
            )
        except Exception:
            log.exception("drain_failed", store=store_id)
            await self._leave_alone_for_a_while(store_id)
        finally:
            self._sending.discard(store_id)
        await self._look_once_more(store_id)

    async def read_statuses(self) -> None:
        """Read the statuses of the stores whose turn it is."""
        paces: defaultdict[int, Pace] = defaultdict(_Slowly)
        reading = StatusReading(database=self._database, paces=paces, sending=self._sending)
        await reading.look(self._session, stopping=self._stopping)
        await reading.end()

    async def nightly(self) -> None:
        """What is done once a night."""
        if self._steps:
            await go_through(self._steps(), database=self._database, stopping=self._stopping)

    async def watch(self) -> None:
        """What is done every minute."""
        if self._watch and not self._stopping.is_set():
            await self._watch.run()

    async def _look_once_more(self, store_id: int) -> None:
        """What was put in after the last look, whose bell found the lane held, and what falls due before a sweep."""
        now = timezone.now()
        try:
            due_at = await self._database(partial(next_due, store_id, now=now))
            if self._stopping.is_set() and due_at and due_at <= now:  # somebody else may go on at once
                await self._database(partial(ring_now, [store_id]))
        except Exception as error:  # noqa: BLE001  (the sweeper will find it)
            log.warning("not_looked_once_more", store=store_id, error=type(error).__name__)
            return
        if due_at is None or self._stopping.is_set():
            return
        wait = max(SHORTEST_REST, (due_at - now).total_seconds())
        if wait < 2 * self._sweep_every:
            self._ring_in(wait, store_id)

    def _ring_in(self, seconds: float, store_id: int) -> None:
        """Rung for, so that others have their turn before, and any worker may take it."""
        if earlier := self._timers.pop(store_id, None):
            earlier.cancel()

        def now() -> None:
            del self._timers[store_id]
            ring(store_id)

        self._timers[store_id] = asyncio.get_running_loop().call_later(seconds, now)

    async def _leave_alone_for_a_while(self, store_id: int) -> None:
        with suppress(Exception):  # then the database is out of reach, and nobody sends anyway
            await self._database(
                lambda: back_off(store_id, chance=random.random(), now=timezone.now())  # noqa: S311  (jitter)
            )

    async def _keep_sweeping(self) -> None:
        while not self._stopping.is_set():
            self._swept_at = time.monotonic()
            try:
                await self._sweep()
            except Exception as error:  # noqa: BLE001  (whatever it was, look again)
                log.warning("sweep_failed", error=type(error).__name__)
            pause = self._sweep_every * random.uniform(1 - UNEVEN, 1 + UNEVEN)  # noqa: S311  (jitter)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)

    async def _sweep(self) -> None:
        mine = partial(give_back, owner=self._owner, sending=frozenset(self._sending), now=timezone.now())
        await self._database(mine)
        for store_id in await self._database(lambda: due_stores(now=timezone.now())):
            if store_id not in self._sending and len(self._sending) < LANES_AT_ONCE:
                self._begin(self.drain(store_id))
                await asyncio.sleep(0)  # it counts from now on
        await self._engine.finish_stalled_jobs()

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
