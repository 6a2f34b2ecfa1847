"""Work that is done some time after it was promised."""

import asyncio
from collections.abc import Callable

SECOND = 1.0
Work = Callable[[], None]


class Later:
    def __init__(self) -> None:
        self._waiting: dict[asyncio.TimerHandle, Work] = {}

    def do(self, seconds: float, work: Work) -> None:
        """At once where nothing is to be waited for."""
        if not seconds:
            work()
            return

        def due() -> None:
            del self._waiting[handle]
            work()

        handle = asyncio.get_running_loop().call_later(seconds * SECOND, due)
        self._waiting[handle] = work

    def forget(self) -> None:
        for handle in self._waiting:
            handle.cancel()
        self._waiting.clear()

    def finish(self) -> None:
        """Do now what still waits, in the order in which it was promised."""
        waiting = dict(self._waiting)
        self.forget()
        for work in waiting.values():
            work()
