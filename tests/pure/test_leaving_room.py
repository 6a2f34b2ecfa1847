"""A store with very much to send leaves the database to the others after long work."""

import asyncio
import time

import pytest

from ebexo.delivery.working import leaving_room


def computing(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass
    return "done"


@pytest.mark.parametrize(
    ("seconds", "has_neighbours", "rests"),
    [(0.06, True, True), (0.06, False, False), (0.0, True, False)],
)
async def test_only_long_work_beside_others_is_followed_by_a_rest(
    monkeypatch, seconds, has_neighbours, rests
):
    slept = []

    async def sleep(length):
        slept.append(length)

    async def database(work):
        return work()

    monkeypatch.setattr(asyncio, "sleep", sleep)
    considerate = leaving_room(database, has_neighbours=lambda: has_neighbours)

    assert await considerate(lambda: computing(seconds)) == "done"
    assert [length >= 4 * seconds for length in slept] == ([True] if rests else [])


def test_waiting_is_not_work():
    async def database(work):
        return work()

    async def run():
        considerate = leaving_room(database, has_neighbours=lambda: True)
        begun_at = time.monotonic()
        await considerate(lambda: time.sleep(0.1))
        return time.monotonic() - begun_at

    assert asyncio.run(run()) < 0.4
