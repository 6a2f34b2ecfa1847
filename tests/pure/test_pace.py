"""Keeping to so many calls a second, on a clock that stands still unless somebody sleeps."""

import asyncio

import pytest

from ebexo.delivery.pace import Pace


class Clock:
    """An event loop's time; whoever sleeps moves it on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr(asyncio, "get_running_loop", lambda: self)
        monkeypatch.setattr(asyncio, "sleep", self._sleep)

    def time(self) -> float:
        return self.now

    async def _sleep(self, seconds: float) -> None:
        self.now += seconds


def starts(pace: Pace, clock: Clock, *, rate: float, calls: int) -> list[float]:
    """When each of so many calls may start, in seconds from the beginning."""

    async def one() -> float:
        await pace.turn(rate=rate)
        return clock.now - 1000.0

    found = []
    for _ in range(calls):
        with pytest.raises(StopIteration) as answer:
            one().send(None)
        found.append(round(answer.value.value, 6))
    return found


def test_calls_start_evenly(monkeypatch):
    clock = Clock(monkeypatch)

    assert starts(Pace(), clock, rate=4, calls=5) == [0.0, 0.25, 0.5, 0.75, 1.0]


def test_a_pause_is_not_saved_up_for_a_burst(monkeypatch):
    clock = Clock(monkeypatch)
    pace = Pace()
    starts(pace, clock, rate=10, calls=1)
    clock.now += 60

    assert starts(pace, clock, rate=10, calls=3) == [60.0, 60.1, 60.2]


def test_another_rate_holds_from_the_next_call_on(monkeypatch):
    clock = Clock(monkeypatch)
    pace = Pace()

    assert starts(pace, clock, rate=1, calls=2) == [0.0, 1.0]
    assert starts(pace, clock, rate=100, calls=3) == [2.0, 2.01, 2.02]


def test_asked_for_fewer_calls_it_makes_half_as_many(monkeypatch):
    clock = Clock(monkeypatch)
    pace = Pace()
    pace.slow_down()

    assert pace.share == 0.5
    assert starts(pace, clock, rate=10, calls=3) == [0.0, 0.2, 0.4]


def test_calls_that_were_in_flight_together_ask_as_one(monkeypatch):
    clock = Clock(monkeypatch)
    pace = Pace()
    for _ in range(4):
        clock.now += 0.2
        pace.slow_down()

    assert pace.share == 0.5


def test_however_often_it_is_asked_a_tenth_is_left(monkeypatch):
    clock = Clock(monkeypatch)
    pace = Pace()
    for _ in range(10):
        clock.now += 1
        pace.slow_down()

    assert starts(pace, clock, rate=10, calls=3) == [10.0, 11.0, 12.0]


def test_every_ten_quiet_seconds_it_is_faster_by_a_tenth(monkeypatch):
    clock = Clock(monkeypatch)
    pace = Pace()
    pace.slow_down()

    shares = []
    for _ in range(10):
        clock.now += 10
        starts(pace, clock, rate=1000, calls=1)
        shares.append(round(pace.share, 3))

    assert shares == [0.55, 0.605, 0.666, 0.732, 0.805, 0.886, 0.974, 1.0, 1.0, 1.0]


def test_before_ten_seconds_are_over_it_stays_slow(monkeypatch):
    clock = Clock(monkeypatch)
    pace = Pace()
    pace.slow_down()
    clock.now += 9.9
    starts(pace, clock, rate=1000, calls=1)

    assert pace.share == 0.5
