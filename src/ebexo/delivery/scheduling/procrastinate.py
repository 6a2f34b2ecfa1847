"""Procrastinate as the bell and the clock of workers: it says that something is to be done, never what is true.

What is to be sent, its order and its tries stand in the outbox. If Procrastinate's tables were emptied, nothing would
be lost but a few seconds. Its retries are off and `drain` has no lock: both would stand in the way of the leases.
"""

import asyncio
import contextlib
from typing import Protocol

import structlog
from procrastinate import App, PsycopgConnector
from procrastinate.contrib.django.utils import connector_params
from procrastinate.exceptions import ProcrastinateException
from procrastinate.jobs import Status

from ebexo.outbox.bell import DRAIN, QUEUE

READ_STATUSES, NIGHTLY, WATCH = "read_statuses", "nightly", "watch"
EVERY_MINUTE, AT_NIGHT = "* * * * *", "17 2 * * *"
"""In UTC."""
CONNECTIONS = 3
POLL_EVERY = 0.5
"""A NOTIFY that comes while Procrastinate looks for jobs is missed now and then: it must not cost more than this."""
GRACE = 21.0
"""Seconds that a drain has to end its calls in flight once it is time to stop."""
AGAIN_AFTER = 1.0

log = structlog.get_logger("ebexo.delivery")


class Work(Protocol):
    """What a worker is rung for."""

    async def drain(self, store_id: int) -> None: ...

    async def read_statuses(self) -> None: ...

    async def nightly(self) -> None: ...

    async def watch(self) -> None: ...


class Engine:
    """Calls `work` when the bell rings and when its time has come, at most `at_once` things at the same moment.

    `heartbeat`: seconds between two signs of life. Who gave none three times is taken for dead.
    """

    def __init__(self, work: Work, *, at_once: int, heartbeat: float) -> None:
        self._at_once, self._heartbeat = at_once, heartbeat
        named = {**connector_params(), "application_name": "ebexo-worker"}
        self._app = App(connector=PsycopgConnector(kwargs=named, min_size=1, max_size=CONNECTIONS))
        _register(self._app, work)

    async def run(self, stopping: asyncio.Event) -> None:
        """Until it is time to stop. Without a database it is tried again and again."""
        while not stopping.is_set():
            hearing, stop = asyncio.create_task(self._hear()), asyncio.create_task(stopping.wait())
            await asyncio.wait({hearing, stop}, return_when=asyncio.FIRST_COMPLETED)
            stop.cancel()
            hearing.cancel()  # it waits for what is running
            with contextlib.suppress(asyncio.CancelledError):
                try:
                    await hearing
                except Exception as error:  # noqa: BLE001  (workers look around by themselves meanwhile)
                    log.warning("bell_not_heard", error=type(error).__name__)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), AGAIN_AFTER)

    async def finish_stalled_jobs(self) -> None:
        """Let go of what dead workers were at: the outbox knows what is left to do.

        They end as failed. Giving them to somebody else would be refused where another of the same store waits.
        """
        manager = self._app.job_manager
        with contextlib.suppress(
            ProcrastinateException
        ):  # somebody else does the same, or there is no connection
            await manager.prune_stalled_workers(3 * self._heartbeat)
            stalled = await manager.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=3 * self._heartbeat)
            for job in stalled:
                await manager.finish_job(job, Status.FAILED, delete_job=True)

    async def _hear(self) -> None:
        async with self._app.open_async():
            await self._app.run_worker_async(
                name="ebexo",
                queues=[QUEUE],
                concurrency=self._at_once,
                fetch_job_polling_interval=POLL_EVERY,
                update_heartbeat_interval=self._heartbeat,
                stalled_worker_timeout=3 * self._heartbeat,
                shutdown_graceful_timeout=GRACE,
                install_signal_handlers=False,
                delete_jobs="always",
            )


def _register(app: App, work: Work) -> None:
    @app.task(name=DRAIN, queue=QUEUE)
    async def drain(store: int) -> None:
        await work.drain(store)

    # Their locks: one worker at a time, and no second one waits.
    @app.periodic(cron=EVERY_MINUTE)
    @app.task(name=READ_STATUSES, queue=QUEUE, lock=READ_STATUSES, queueing_lock=READ_STATUSES)
    async def read_statuses(timestamp: int) -> None:  # noqa: ARG001  (Procrastinate's shape)
        await work.read_statuses()

    @app.periodic(cron=AT_NIGHT)
    @app.task(name=NIGHTLY, queue=QUEUE, lock=NIGHTLY, queueing_lock=NIGHTLY)
    async def nightly(timestamp: int) -> None:  # noqa: ARG001
        await work.nightly()

    @app.periodic(cron=EVERY_MINUTE)
    @app.task(name=WATCH, queue=QUEUE, lock=WATCH, queueing_lock=WATCH)
    async def watch(timestamp: int) -> None:  # noqa: ARG001
        await work.watch()
