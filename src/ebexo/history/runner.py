"""Working off imports in a thread of a process that serves, beside everything else."""

import threading
import time
from collections.abc import Callable
from datetime import datetime

import structlog
from django.db import DatabaseError, close_old_connections, connections
from django.utils import timezone

from ebexo.history.running import step

LOOK_EVERY = 0.5
"""Seconds between two looks while there is nothing to do."""
AGAIN_AFTER_FAILURE = 5.0
ROOM = 1.0
"""So many times as long as a piece of work took the database is left to others."""

log = structlog.get_logger("ebexo.history")


class Runner:
    """Calls `work` again and again, until it is stopped; it says whether there was anything to do."""

    def __init__(self, work: Callable[[datetime], bool] = step) -> None:
        self._work = work
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ebexo-history", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def ask_to_stop(self) -> None:
        """Begin nothing new. What is begun is one short transaction."""
        self._stopping.set()

    def stop(self, *, timeout: float) -> bool:
        """Ask to stop and wait for it. True: done in time."""
        self.ask_to_stop()
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                begun = time.monotonic()
                pause = self._one_piece()
                self._stopping.wait(ROOM * (time.monotonic() - begun) if pause is None else pause)
        finally:
            connections.close_all()

    def _one_piece(self) -> float | None:
        """How long to wait before the next look; None: as long as others need."""
        close_old_connections()
        try:
            return None if self._work(timezone.now()) else LOOK_EVERY
        except DatabaseError:
            log.warning("history_waits_for_the_database")
        except Exception:
            log.exception("history_failed")
        return AGAIN_AFTER_FAILURE
