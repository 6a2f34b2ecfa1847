"""Calls of one lane on their way, so many at once, and the next ones ready meanwhile; those of history one by one."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ebexo.delivery import in_hand
from ebexo.delivery.in_hand import InHand
from ebexo.delivery.result import NotNow, Result, Turn, not_sent
from ebexo.outbox.states import Outcome, State
from salesmanago import Refused, Unavailable

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
    calls = InHand(far_side.send, at_once=4)
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
    calls = InHand(far_side.send, at_once=4)
    calls.begin([a_call(1), a_call(2, is_last=False)])
    await asyncio.sleep(0)

    await asyncio.sleep(0)

    assert sorted(far_side.made) == [1, 2]
    await calls.all_ended()


async def test_what_was_ready_for_too_long_is_put_back(far_side, monkeypatch):
    monkeypatch.setattr(in_hand, "HISTORY_FRESH", 0.01)
    calls = InHand(far_side.send, at_once=4)

    calls.begin([a_call(1), a_call(2)])

    assert await came_to(calls) == [(1, "delivered"), (2, "not_sent")]
    assert far_side.made == [1]


async def test_behind_a_call_that_failed_nothing_is_made(far_side):
    far_side.error = Unavailable("connection")
    calls = InHand(far_side.send, at_once=4)

    calls.begin([a_call(1), a_call(2)])

    assert await came_to(calls) == [(1, "delivered"), (2, "not_sent")]


async def test_behind_a_slow_call_none_is_held_ready(far_side, monkeypatch):
    monkeypatch.setattr(in_hand, "HISTORY_FRESH", 0.01)
    calls = InHand(far_side.send, at_once=4)
    calls.begin([a_call(1)])
    await came_to(calls)

    calls.begin([a_call(2)])

    assert not calls.takes_history
    await calls.all_ended()


def live_calls(*numbers: int) -> list[Any]:
    return [a_call(number, is_last=False) for number in numbers]


async def test_as_many_again_are_ready_where_calls_are_quick(far_side):
    calls = InHand(far_side.send, at_once=2)
    assert calls.free == 2
    calls.begin(live_calls(1, 2))
    assert calls.free == 0
    await came_to(calls)
    assert calls.free == 4

    calls.begin(live_calls(3, 4, 5, 6))
    await asyncio.sleep(0)  # each call is a task, which begins with the loop's next turn

    assert calls.free == 0
    assert (far_side.got_ready[2:], far_side.made[2:]) == ([3, 4, 5, 6], [3, 4])
    assert [kind for _, kind in await came_to(calls)] == ["delivered"] * 4
    assert far_side.most_at_once == 2


async def test_beside_slow_calls_none_is_got_ready(far_side, monkeypatch):
    monkeypatch.setattr(in_hand, "FRESH", 0.01)
    calls = InHand(far_side.send, at_once=2)
    calls.begin(live_calls(1, 2))

    await came_to(calls)

    assert calls.free == 2


async def test_a_call_of_history_takes_one_of_the_places(far_side):
    calls = InHand(far_side.send, at_once=2)

    calls.begin([a_call(1), *live_calls(2, 3)])

    assert len(await came_to(calls)) == 3
    assert far_side.most_at_once == 2


async def test_what_stands_ready_behind_a_call_that_failed_is_put_back(far_side):
    far_side.error = Unavailable("connection")
    calls = InHand(far_side.send, at_once=1)

    calls.begin(live_calls(1, 2))

    assert await came_to(calls) == [(1, "delivered"), (2, "not_sent")]


async def test_what_stands_ready_behind_a_refusal_is_made(far_side):
    far_side.error = Refused(http_status=200)
    calls = InHand(far_side.send, at_once=1)

    calls.begin(live_calls(1, 2))
    await came_to(calls)

    assert far_side.made == [1, 2]


async def test_what_is_live_goes_on_while_another_call_is_slow(far_side):
    async def send(call: Any, turn: Turn) -> list[Result]:
        far_side.seconds = 0.2 if call[0].number == 1 else 0.01
        results: list[Result] = await far_side.send(call, turn)
        return results

    calls = InHand(send, at_once=2)
    calls.begin(live_calls(1, 2, 3, 4))

    (result,) = await calls.results()

    assert (cast("Any", result.job).number, far_side.made) == (2, [1, 2, 3])
    await came_to(calls)
