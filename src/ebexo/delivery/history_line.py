"""Calls of history are made one after the other. The next one is got ready while the one before it is on its way."""

import asyncio

from ebexo.delivery.result import NotNow, Result

FRESH = 1.0
"""So many seconds at most a call of history is held ready while the one before it is on its way. What was judged longer
ago is put back, to be judged anew."""


class HistoryLine:
    """Those that wait for each other. `is_quick`: the last one took so little time that another may be got ready."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.failures = 0
        self.is_quick = False

    def place(self) -> "Place":
        """A place at the end."""
        return Place(self)


class Place:
    """Of one call: taken when it is about to be made, and left when it has ended."""

    def __init__(self, line: HistoryLine) -> None:
        self._line, self._failures = line, line.failures
        self._clock = asyncio.get_running_loop().time
        self._ready_at, self._begun_at = self._clock(), 0.0
        self._first = asyncio.Lock()
        self._is_too_late = False

    async def taken(self) -> None:
        """Return when it is this call's turn, at once where that has come. Raises NotNow where it came too late."""
        async with self._first:
            if not self._begun_at:
                await self._line.lock.acquire()
                self._begun_at = self._clock()
                waited, failed = self._begun_at - self._ready_at, self._line.failures != self._failures
                self._is_too_late = waited > FRESH or failed
        if self._is_too_late:
            raise NotNow

    def left(self, results: list[Result]) -> None:
        """Let the next one go."""
        if not self._begun_at:
            return
        if not self._is_too_late:
            self._line.is_quick = self._clock() - self._begun_at < FRESH
            self._line.failures += any(result.error for result in results)
        self._line.lock.release()
