"""The calls of one lane that are on their way, and those that are ready to follow."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any

from ebexo.delivery.calls import Call, is_last
from ebexo.delivery.line import Line
from ebexo.delivery.result import Result, Turn

LOOK_AGAIN = 0.5
"""How long a message waits at most while there is a place free and every call in flight is slow."""
LOOK_BESIDE_HISTORY = 0.05
"""The same where nothing but history is in flight: nothing live is to wait because of it."""
TOGETHER = 0.001
"""Seconds for which the results of one call wait for those of others, with which they share a commit."""
FRESH, HISTORY_FRESH = 0.25, 1.0
"""So many seconds at most a call is held ready while those before it are on their way."""

Send = Callable[[Call, Turn], Coroutine[Any, Any, list[Result]]]
"""Makes a call, once what it is given lets it begin."""


@dataclass(frozen=True)
class Places:
    """How many calls may begin now, or be got ready.

    `has_company`: others are on their way; `takes_history`: one of history may be among those that begin.
    """

    free: int
    has_company: bool = False
    takes_history: bool = True


class InHand:
    """Begins calls, `at_once` at most, and tells what came of them. Those of history are made one after the other."""

    def __init__(self, send: Send, *, at_once: int) -> None:
        self._send, self._at_once = send, at_once
        self._calls: dict[asyncio.Task[list[Result]], Call] = {}
        self._line = Line(at_once, fresh=FRESH)
        self._history = Line(1, fresh=HISTORY_FRESH)

    def __len__(self) -> int:
        return len(self._calls)

    def begin(self, calls: Iterable[Call]) -> None:
        for call in calls:
            self._calls[asyncio.create_task(self._sent_in_turn(call))] = call

    @property
    def free(self) -> int:
        """How many more calls there is room for. Where calls are quick, as many again are got ready."""
        most = 2 * self._at_once if self._line.is_quick else self._at_once
        return max(0, most - len(self._calls))

    @property
    def takes_history(self) -> bool:
        """Is there no call of history, or one that will have ended as soon as another is ready?"""
        calls = sum(map(is_last, self._calls.values()))
        return calls == 0 or (calls == 1 and self._history.is_quick)

    async def results(self) -> list[Result]:
        """What came of those that ended; nothing where it is time to look again before any has."""
        every = LOOK_BESIDE_HISTORY if all(map(is_last, self._calls.values())) else LOOK_AGAIN
        done, others = await asyncio.wait(self._calls, timeout=every, return_when=asyncio.FIRST_COMPLETED)
        if done and others:  # what ends together is written down together
            done |= (await asyncio.wait(others, timeout=TOGETHER))[0]
        for task in done:
            del self._calls[task]
        return [result for task in done for result in task.result()]

    async def _sent_in_turn(self, call: Call) -> list[Result]:
        places = [line.place() for line in ([self._history, self._line] if is_last(call) else [self._line])]
        results = list[Result]()

        async def turn() -> None:
            for place in places:
                await place.taken()

        try:
            results = await self._send(call, turn)
        finally:
            for place in places:
                place.left(results)
        return results

    async def all_ended(self) -> None:
        if self._calls:
            await asyncio.wait(self._calls)
