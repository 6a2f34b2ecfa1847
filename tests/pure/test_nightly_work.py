"""Work that is done once a night: when it is due, and what keeps it apart from everything else."""

import asyncio
import os
import time
from datetime import UTC, datetime, timedelta

import pytest

from ebexo.delivery.scheduling import nightly
from ebexo.delivery.scheduling.nightly import Nightly, is_due, pause_after

# Warsaw: 3 o'clock is 2 in UTC in winter and 1 in summer.
NIGHT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
A_SECOND = timedelta(seconds=1)


@pytest.fixture
def mark(tmp_path):
    return tmp_path / "pruned"


def last_run(mark, moment):
    mark.touch()
    os.utime(mark, (moment.timestamp(), moment.timestamp()))


def run_at(mark):
    return datetime.fromtimestamp(mark.stat().st_mtime, tz=UTC)


def test_what_never_ran_waits_for_its_first_night(mark):
    assert is_due(mark, now=NIGHT - A_SECOND) is False
    assert run_at(mark) == NIGHT - A_SECOND
    assert is_due(mark, now=NIGHT) is True


@pytest.mark.parametrize(
    ("ran", "now", "due"),
    [
        (NIGHT, NIGHT + A_SECOND, False),
        (NIGHT, NIGHT + timedelta(hours=23, minutes=59), False),
        (NIGHT, NIGHT + timedelta(days=1), True),
        (NIGHT - A_SECOND, NIGHT + timedelta(hours=9), True),  # it was off at night
        (NIGHT - timedelta(days=40), NIGHT - A_SECOND, True),
        (NIGHT + timedelta(days=40), NIGHT + timedelta(hours=1), True),  # the clock was set back
        (datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 3, 29, 0, 59, tzinfo=UTC), False),
        (datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 3, 29, 1, 0, tzinfo=UTC), True),
    ],
)
def test_it_is_due_once_a_night(mark, ran, now, due):
    last_run(mark, ran)

    assert is_due(mark, now=now) is due


@pytest.mark.parametrize(("seconds", "pause"), [(0.0, 0.02), (0.005, 0.02), (0.05, 0.1)])
def test_others_have_the_database_for_two_thirds_of_the_time(seconds, pause):
    assert pause_after(seconds) == pytest.approx(pause)


class Night:
    """A job of so many steps, in a loop that looks all the time."""

    def __init__(self, mark, *, steps=3, trouble=0):
        self.now, self.mark, self.steps, self.trouble = NIGHT, mark, steps, trouble
        self.done: list[int] = []
        self.runs = 0
        self.stopping = asyncio.Event()
        self.job = Nightly(self.work, database=self.database, mark=mark, clock=lambda: self.now)

    def work(self):
        self.runs += 1
        for number in range(self.steps):
            if self.trouble:
                self.trouble -= 1
                raise RuntimeError("a bug")
            self.done.append(number)
            yield number

    async def database(self, work, /):
        return await asyncio.to_thread(work)

    async def looks(self, condition):
        end = time.monotonic() + 5
        while not condition() and time.monotonic() < end:
            self.job.look(stopping=self.stopping)
            await asyncio.sleep(0.005)
        assert condition()


@pytest.fixture
def every_look_counts(monkeypatch):
    monkeypatch.setattr(nightly, "LOOK_EVERY", 0.0)
    monkeypatch.setattr(nightly, "AGAIN_AFTER_FAILURE", 0.0)


async def test_it_runs_by_itself_when_the_night_has_come_and_then_the_next(mark, every_look_counts):
    last_run(mark, NIGHT - A_SECOND)
    night = Night(mark)

    await night.looks(lambda: run_at(mark) == NIGHT)
    for _ in range(5):
        night.job.look(stopping=night.stopping)
    await night.job.end()
    assert night.done == [0, 1, 2]

    night.now += timedelta(days=1)
    await night.looks(lambda: run_at(mark) == night.now)
    assert night.done == [0, 1, 2] * 2
    assert night.runs == 2


async def test_a_stop_ends_it_after_the_step_at_hand_and_it_begins_anew_next_time(mark, every_look_counts):
    last_run(mark, NIGHT - A_SECOND)
    night = Night(mark, steps=1000)
    await night.looks(lambda: len(night.done) >= 2)

    night.stopping.set()
    started = time.monotonic()
    await night.job.end()

    assert time.monotonic() - started < 1
    assert len(night.done) < 1000
    assert is_due(mark, now=NIGHT)


async def test_a_run_that_fails_is_made_again(mark, every_look_counts):
    last_run(mark, NIGHT - A_SECOND)
    night = Night(mark, trouble=1)

    await night.looks(lambda: run_at(mark) == NIGHT)

    assert (night.runs, night.done) == (2, [0, 1, 2])


async def test_after_a_failure_it_is_left_alone_for_an_hour(mark):
    last_run(mark, NIGHT - A_SECOND)
    night = Night(mark, trouble=1)

    night.job.look(stopping=night.stopping)
    await night.job.end()
    night.job.look(stopping=night.stopping)
    await night.job.end()

    assert night.runs == 1
    assert night.job._next_look > asyncio.get_running_loop().time() + 3500


async def test_a_mark_that_cannot_be_made_stops_nothing(tmp_path):
    night = Night(tmp_path / "no such folder" / "pruned")

    night.job.look(stopping=night.stopping)
    await night.job.end()

    assert night.runs == 0
    assert night.job._next_look > asyncio.get_running_loop().time() + 3500
