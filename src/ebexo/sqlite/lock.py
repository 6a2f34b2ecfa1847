"""The writer lock: one write transaction at a time on one database file, across threads and processes."""

import fcntl
import os
import threading
import time
from functools import cache
from pathlib import Path


class WriterLock:
    """Held by at most one thread of one process. Not re-entrant; `give` may be called by the holder only."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread_lock = threading.Lock()
        self._file: int | None = None

    def take(self, *, timeout: float) -> bool:
        """Wait up to `timeout` seconds for the lock. False: somebody else still has it."""
        started = time.monotonic()
        if not self._thread_lock.acquire(timeout=timeout):
            return False
        if self._take_file(until=started + timeout):
            return True
        self._thread_lock.release()
        return False

    def give(self) -> None:
        fcntl.flock(self._descriptor(), fcntl.LOCK_UN)
        self._thread_lock.release()

    def _take_file(self, *, until: float) -> bool:
        pause = 0.0005
        while True:
            try:
                fcntl.flock(self._descriptor(), fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= until:
                    return False
                time.sleep(pause)
                pause = min(pause * 1.5, 0.01)
            else:
                return True

    def _descriptor(self) -> int:
        if self._file is None:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return self._file


def _forget_locks_of_the_parent() -> None:
    """A lock that came over by fork is one and the same in both processes: it would keep neither of them out."""
    writer_lock.cache_clear()


os.register_at_fork(after_in_child=_forget_locks_of_the_parent)


@cache
def writer_lock(database: str) -> WriterLock:
    """The lock of the database file `database`: `write.lock` beside it."""
    return WriterLock(Path(database).absolute().parent / "write.lock")
