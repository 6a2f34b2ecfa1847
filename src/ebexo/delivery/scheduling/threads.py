"""Threads for the work in the database, away from the event loop."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import close_old_connections, connections

CLOSING_SECONDS = 5.0

T = TypeVar("T")


class DatabaseThreads:
    """So many threads, each with a connection of its own. It is a `Database` as drains want one."""

    def __init__(self, number: int) -> None:
        self._threads = ThreadPoolExecutor(max_workers=number, thread_name_prefix="ebexo-database")
        self._number = number

    async def __call__(self, work: Callable[[], T], /) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, with_a_usable_connection, work)

    def close(self) -> None:
        """Give the connections back, once nothing is at work any more."""
        together = threading.Barrier(self._number, timeout=CLOSING_SECONDS)

        def leave() -> None:
            connections.close_all()
            together.wait()  # so that each of these is done by another thread

        for _ in range(self._number):
            self._threads.submit(leave)
        self._threads.shutdown()


def with_a_usable_connection(work: Callable[[], T]) -> T:
    """What `work` gives. A connection that the database has ended is replaced before and after."""
    close_old_connections()
    try:
        return work()
    finally:
        close_old_connections()
