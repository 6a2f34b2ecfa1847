"""What looks at the stores every minute, beside what sends."""

import asyncio
import threading

import pytest

from ebexo.delivery.scheduling import watching
from ebexo.delivery.scheduling.watching import Watch


class Work:
    """Counts its calls; waits in each until it may go on, and fails where it is told to."""

    def __init__(self) -> None:
        self.calls = 0
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        self.error: Exception | None = None

    def __call__(self) -> None:
        self.calls += 1
        self.may_go_on.wait(5)
        if self.error:
            raise self.error


@pytest.fixture
def work() -> Work:
    return Work()


async def test_it_looks_at_once_and_then_once_a_minute(work: Work) -> None:
    watch = Watch(work)

    for _ in range(9):
        watch.look()
        await asyncio.sleep(0.01)
    await watch.end()

    assert work.calls == 1


async def test_a_look_that_takes_long_is_not_joined_by_another(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "LOOK_EVERY", 0.0)
    watch = Watch(work)
    work.may_go_on.clear()

    for _ in range(9):
        watch.look()
        await asyncio.sleep(0.01)
    during = work.calls
    work.may_go_on.set()
    await watch.end()

    assert (during, work.calls) == (1, 1)


async def test_a_look_that_fails_is_logged_and_the_next_one_comes(
    work: Work, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(watching, "LOOK_EVERY", 0.0)
    watch = Watch(work)
    work.error = ValueError("no")

    watch.look()
    await asyncio.sleep(0.1)
    watch.look()
    await watch.end()

    assert (work.calls, caplog.text.count("watching_failed")) == (2, 2)
