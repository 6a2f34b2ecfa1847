"""Work that follows a shopper's request, done beside it by one thread of the process, so that nobody waits for it.

What is to be done is marked in the database before, so nothing is lost when the process ends: the sweep finds it.
"""

import logging
import os
import threading
import time
from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from queue import Full, Queue

from django.db import close_old_connections, connection

from ebexo.storefront.present import present_request

log = logging.getLogger("ebexo_oscar")
LONGEST_QUEUE = 200
PATIENCE = 0.25
"""Seconds. The page that follows a change comes first, and changes in quick succession are told as one."""


def aside(work: Callable[[], object]) -> None:
    """Do this work soon. Without a request, or inside a transaction, nobody waits for a page: then it is done at once.

    Where too much waits already, the work is left to the sweep.
    """
    if present_request() is None or connection.in_atomic_block:
        work()
        return
    try:
        _helper().queue.put_nowait((time.monotonic() + PATIENCE, partial(copy_context().run, work)))
    except Full:
        log.warning("ebexo_oscar: more is changing than can be told at once; the sweep tells the rest")


class _Helper:
    """One thread that does what is in its queue, with a database connection of its own."""

    def __init__(self) -> None:
        self.process = os.getpid()
        self.queue: Queue[tuple[float, Callable[[], object]]] = Queue(LONGEST_QUEUE)
        threading.Thread(target=self._run, name="ebexo_oscar", daemon=True).start()

    def _run(self) -> None:
        while True:
            due_at, work = self.queue.get()
            time.sleep(max(due_at - time.monotonic(), 0))
            close_old_connections()
            try:
                work()
            except Exception:
                log.exception("ebexo_oscar: something could not be told; the sweep tries again")
            close_old_connections()


_LOCK = threading.Lock()
_helpers: list[_Helper] = []


def _helper() -> _Helper:
    """That of this process: a forked one gets its own."""
    with _LOCK:
        if not _helpers or _helpers[-1].process != os.getpid():
            _helpers[:] = [_Helper()]
        return _helpers[-1]
