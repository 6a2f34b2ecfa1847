"""So many calls are made at once, and the others wait in line: got ready while those before them are on their way."""

import asyncio
from collections.abc import Iterable

from ebexo.delivery.result import NotNow, Result
from salesmanago import Refused


class Line:
    """Those that wait for each other.

    What was held ready for more than `fresh` seconds is put back, to be judged anew, and so is what stands behind a
    call that failed for another reason than what it said. `is_quick`: the last one took so little time that another
    may be got ready meanwhile.
    """

    def __init__(self, places: int, *, fresh: float) -> None:
        self.room = asyncio.Semaphore(places)
        self.fresh = fresh
        self.failures = 0
        self.is_quick = False

    def place(self) -> "Place":
        """A place at the end."""
        return Place(self)


class Place:
    """Of one call: taken when it is about to be made, and left when it has ended."""

    def __init__(self, line: Line) -> None:
        self._line, self._failures = line, line.failures
        self._clock = asyncio.get_running_loop().time
        self._begun_at = 0.0
        self._first = asyncio.Lock()
        self._is_too_late = False

    async def taken(self) -> None:
        """Return when it is this call's turn, at once where that has come. Raises NotNow where it came too late."""
        async with self._first:
            if not self._begun_at:
                ready_at = self._clock()
                await self._line.room.acquire()
                self._begun_at = self._clock()
                failed = self._line.failures != self._failures
                self._is_too_late = self._begun_at - ready_at > self._line.fresh or failed
        if self._is_too_late:
            raise NotNow

    def left(self, results: Iterable[Result]) -> None:
        """Let the next one go."""
        if not self._begun_at:
            return
        if not self._is_too_late:
            self._line.is_quick = self._clock() - self._begun_at < self._line.fresh
            self._line.failures += any(_says_stop(result) for result in results)
        self._line.room.release()


def _says_stop(result: Result) -> bool:
    return result.error is not None and not isinstance(result.error, Refused)
