"""The bell: whoever sends hears at once that a store has something to send.

Only on PostgreSQL, where those who send are other processes; on SQLite the file itself is the bell. A bell that is
not heard loses nothing: workers look around by themselves every few seconds.

It is rung after the commit, by a thread of its own with a connection of its own. Inside the transaction the wake-up
could be lost (a worker that is quick would look before the commit), and its NOTIFY would hold up the commits of all
others; and nobody who tells an event waits for it. What is told meanwhile rings once.
"""

import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from functools import cache, partial
from importlib.util import find_spec
from typing import TYPE_CHECKING

import structlog
from django.db import close_old_connections, connection, connections, transaction

if TYPE_CHECKING:
    from procrastinate import App

DRAIN, QUEUE = "drain", "ebexo"
"""The task that is wanted of a worker, with the number of the store as `store`, and the queue of all our tasks."""
PAUSE = 0.02
"""Seconds between two times: so much is gathered where much is told."""
LINGER = 10.0
"""Seconds without anything to ring for after which the connection is given back."""

log = structlog.get_logger("ebexo.outbox")


def announce(store_id: int) -> None:
    """Ring for this store once the transaction at hand is committed; at once where there is none."""
    if connection.vendor == "postgresql" and _has_clapper():
        transaction.on_commit(partial(ring, store_id), robust=True)


def ring(store_id: int) -> None:
    """Ring for this store, by a thread that does nothing else. Never waits and never raises."""
    _ringer.ring(store_id)


def ring_now(stores: Iterable[int]) -> None:
    """Ring for these stores in this thread, outside a transaction. Never raises."""
    try:
        close_old_connections()
        waiting = _locks_of_waiting_jobs([lock_of(store_id) for store_id in stores])
        for store_id in stores:
            if (
                lock_of(store_id) not in waiting
            ):  # a job that still waits begins after what it is for was committed
                _defer_one(store_id)
    except Exception as error:  # noqa: BLE001  (workers look around by themselves)
        log.warning("bell_not_rung", error=type(error).__name__)


def lock_of(store_id: int) -> str:
    """By this only one job of a store waits; while it is at work one more may wait."""
    return f"{DRAIN}-{store_id}"


class _Ringer:
    def __init__(self) -> None:
        self._came = threading.Condition()
        self._stores: set[int] = set()
        self._thread: threading.Thread | None = None

    def ring(self, store_id: int) -> None:
        with self._came:
            self._stores.add(store_id)
            if self._thread is None or not self._thread.is_alive():  # it does not come over by fork
                self._thread = threading.Thread(target=self._run, name="ebexo-bell", daemon=True)
                self._thread.start()
            self._came.notify()

    def _run(self) -> None:
        try:
            while stores := self._next():
                ring_now(stores)
                time.sleep(PAUSE)
        finally:
            connections.close_all()

    def _next(self) -> set[int]:
        """Nothing when it is time to end."""
        with self._came:
            self._came.wait_for(lambda: self._stores, timeout=LINGER)
            stores, self._stores = self._stores, set()
            if not stores:
                self._thread = None
            return stores


_ringer = _Ringer()


def _locks_of_waiting_jobs(locks: list[str]) -> set[str]:
    """Asked for first, so that what is refused leaves no error in PostgreSQL's log."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT queueing_lock FROM procrastinate_jobs WHERE status = 'todo' AND queueing_lock = ANY(%s)",
            [locks],
        )
        return {lock for (lock,) in cursor.fetchall()}


def _defer_one(store_id: int) -> None:
    from procrastinate.exceptions import AlreadyEnqueued

    with suppress(AlreadyEnqueued):  # another process was quicker
        _app().configure_task(DRAIN, queue=QUEUE, queueing_lock=lock_of(store_id)).defer(store=store_id)


@cache
def _has_clapper() -> bool:
    """A shop that embeds us may do without the package; then its events are found by the sweeper."""
    return find_spec("procrastinate") is not None


@cache
def _app() -> "App":
    """Needs the package and its tables, but not its Django app: a shop that embeds us rings, too."""
    from procrastinate import App
    from procrastinate.contrib.django.django_connector import DjangoConnector

    return App(connector=DjangoConnector())
