"""Keeping to so many calls a second."""

import asyncio


class Pace:
    """Lets `rate` calls a second pass, evenly; a pause is not saved up for a burst."""

    def __init__(self, rate: float) -> None:
        self._gap = 1 / rate
        self._next = 0.0

    async def turn(self) -> None:
        """Return when the next call may start."""
        now = asyncio.get_running_loop().time()
        start = max(now, self._next)
        self._next = start + self._gap
        if start > now:
            await asyncio.sleep(start - now)
