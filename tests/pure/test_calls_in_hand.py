"""Calls of one lane on their way: those of history one after the other, the next one ready meanwhile."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from ebexo.delivery import history_line
from ebexo.delivery.in_hand import InHand
from ebexo.delivery.result import NotNow, Result, Turn, not_sent
from ebexo.outbox.states import Outcome, State
from salesmanago import Unavailable

DELIVERED = Outcome(State.DELIVERED, kind="delivered")


class FarSide:
    """Takes `seconds` for each call, and notes how many of history were with it at once."""

    def __init__(self) -> None:
        self.seconds = 0.02
        self.error: Any = None
        self.got_ready: list[int] = []
        self.made: list[int] = []
        self.at_once = self.most_at_once = 0

    async def send(self, call: Any, turn: Turn) -> list[Result]:
        self.got_ready.append(call[0].number)
        try:
            await turn()
        except NotNow:
            return [not_sent(job) for job in call]
        self.made.append(call[0].number)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(self.seconds)
        self.at_once -= 1
        return [Result(job, DELIVERED, error=self.error) for job in call]


def a_call(number: int, *, is_last: bool = True) -> Any:
    return [SimpleNamespace(number=number, claimed=SimpleNamespace(is_last=is_last))]


@pytest.fixture
def far_side() -> FarSide:
    return FarSide()


async def came_to(calls: InHand) -> list[tuple[int, str]]:
    found = []
    while calls:
        found += [(result.job.number, result.outcome.kind) for result in await calls.results()]  # type: ignore[union-attr]
    return sorted(found)


async def test_one_of_history_is_made_at_a_time_and_another_is_ready_where_that_is_quick(far_side):
    calls = InHand(far_side.send)
    calls.begin([a_call(1)])
    assert not calls.takes_history
    await came_to(calls)

    calls.begin([a_call(2)])
    assert calls.takes_history
    calls.begin([a_call(3)])
    await asyncio.sleep(0)
    assert not calls.takes_history
    assert (far_side.got_ready, far_side.made) == ([1, 2, 3], [1, 2])

    assert await came_to(calls) == [(2, "delivered"), (3, "delivered")]
    assert far_side.most_at_once == 1


async def test_what_is_live_waits_for_no_call_of_history(far_side):
    calls = InHand(far_side.send)
    calls.begin([a_call(1), a_call(2, is_last=False)])
    await asyncio.sleep(0)

    await asyncio.sleep(0)

    assert sorted(far_side.made) == [1, 2]
    await calls.all_ended()


async def test_what_was_ready_for_too_long_is_put_back(far_side, monkeypatch):
    monkeypatch.setattr(history_line, "FRESH", 0.01)
    calls = InHand(far_side.send)

    calls.begin([a_call(1), a_call(2)])

    assert await came_to(calls) == [(1, "delivered"), (2, "not_sent")]
    assert far_side.made == [1]


async def test_behind_a_call_that_failed_nothing_is_made(far_side):
    far_side.error = Unavailable("connection")
    calls = InHand(far_side.send)

    calls.begin([a_call(1), a_call(2)])

    assert await came_to(calls) == [(1, "delivered"), (2, "not_sent")]


async def test_behind_a_slow_call_none_is_held_ready(far_side, monkeypatch):
    monkeypatch.setattr(history_line, "FRESH", 0.01)
    calls = InHand(far_side.send)
    calls.begin([a_call(1)])
    await came_to(calls)

    calls.begin([a_call(2)])

    assert not calls.takes_history
    await calls.all_ended()
