"""Keeping to so many calls a second, and to fewer where SALESmanago asks for fewer."""

import asyncio

SLOWEST = 0.1
"""No slower than this share of the store's rate, however often SALESmanago asks for fewer calls."""
ASKED_ONCE = 1.0
"""Seconds in which several refusals count as one."""
FASTER_AFTER = 10.0
"""So many seconds without being asked for fewer calls pass before the pace is raised again, by a tenth."""


class Pace:
    """Lets calls pass evenly; a pause is not saved up for a burst."""

    def __init__(self) -> None:
        self._next = 0.0
        self._share = 1.0
        self._changed_at = 0.0

    async def turn(self, *, rate: float) -> None:
        """Return when the next call may start; `rate` is what the store allows, in calls a second."""
        now = asyncio.get_running_loop().time()
        self._recover(now)
        start = max(now, self._next)
        self._next = start + 1 / (rate * self._share)
        if start > now:
            await asyncio.sleep(start - now)

    def slow_down(self) -> None:
        """SALESmanago asked for fewer calls: half as many from now on. Calls in flight together are asked as one."""
        now = asyncio.get_running_loop().time()
        if self._share == 1 or now - self._changed_at >= ASKED_ONCE:
            self._share, self._changed_at = max(SLOWEST, self._share / 2), now

    @property
    def share(self) -> float:
        """How much of the store's rate is used at present."""
        return self._share

    def _recover(self, now: float) -> None:
        if self._share < 1 and now - self._changed_at >= FASTER_AFTER:
            self._share, self._changed_at = min(1.0, self._share * 1.1), now
