"""Keeping to so many calls a second."""

import asyncio


class Pace:
    """Lets calls pass evenly, `rate` a second; a pause is not saved up for a burst."""

    def __init__(self) -> None:
        self._next = 0.0

    async def turn(self, *, rate: float) -> None:
        """Return when the next call may start."""
        now = asyncio.get_running_loop().time()
        start = max(now, self._next)
        self._next = start + 1 / rate
        if start > now:
            await asyncio.sleep(start - now)
