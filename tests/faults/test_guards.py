"""Each guard of the order is needed: with it two workers keep order through a pause, without it the checker says so.

Two dispatchers work on one database here, one of them frozen at the worst moment and thawed when the other has gone on.
"""

import json
import signal
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest

from bench.chaos.checker import Accepted, Findings, check

JAN = "jan@example.com"


pytestmark = pytest.mark.long


@pytest.fixture
def workers(installation, until):
    """An installation with a store, and what the schedules are made of."""
    installation.sandbox()
    installation.open_store("--set", "rate=1000")

    def tell(count):
        events = [
            {
                "id": f"event-{number}",
                "type": "newsletter.subscribed",  # each is told by itself: only changes of a contact are united
                "occurred_at": f"2026-11-01T10:00:0{number}Z",
                "customer": {"email": JAN, "properties": {f"seq_{number}": "1"}},
            }
            for number in range(1, count + 1)
        ]
        program = [sys.executable, "-m", "bench.chaos.telling"]
        text = json.dumps(events)
        subprocess.run(program, env=installation.environment, input=text, text=True, check=True)

    def start(**more):
        return installation.start("bench.chaos.worker", program=[sys.executable, "-m"], **more)

    def attempts():
        return installation.query("SELECT COUNT(*) FROM ebexo_outbox_attempt")[0][0]

    def are_applied(*numbers):
        told = [request["body"]["properties"] for request in installation.requests() if request["applied"]]
        return {f"seq_{number}" for number in numbers} <= {name for one in told for name in one}

    def judge(count):
        journal = installation.backstage("GET", "requests").body["requests"]
        return check([Accepted(JAN, number) for number in range(1, count + 1)], journal)

    return SimpleNamespace(
        tell=tell,
        start=start,
        attempts=attempts,
        are_applied=are_applied,
        judge=judge,
        go=installation.folder / "go",
    )


def a_call_fails(workers, installation, until, without):
    """Of four events the first is turned away for the moment, and is sent again."""
    workers.tell(4)
    installation.fault("/api/contact/upsert", "status", times=1, status=500)
    workers.start(CHAOS_WITHOUT=without)
    until(lambda: workers.are_applied(1, 2, 3, 4))
    return workers.judge(4)


def frozen_before_a_call(workers, installation, until, without):
    """One worker freezes when it is about to send the first event; it thaws when the other has sent both.

    Its second call is the one: before it, it asks whether SALESmanago knows the person.
    """
    short = {"EBEXO_CALL_SECONDS": "1", "EBEXO_LEASE_SECONDS": "3", "EBEXO_LOOK_AFTER_SECONDS": "0.1"}
    workers.tell(2)
    frozen = workers.start(EBEXO_FAILPOINTS="ready=pause:4@2", CHAOS_WITHOUT=without, **short)
    workers.start(CHAOS_WHEN=str(workers.go), **short)
    until(workers.attempts)
    frozen.popen.send_signal(signal.SIGSTOP)
    workers.go.touch()
    until(lambda: workers.are_applied(1, 2))
    frozen.popen.send_signal(signal.SIGCONT)
    time.sleep(5.5)  # as long as its pause may last, and its call and the settling
    return workers.judge(2)


def thawed_while_the_other_calls(workers, installation, until, without):
    """As before, but thawed while the other's call for the first event is on its way.

    It takes the lane up again as if it had never been away, and is slow to send the first event once more.
    """
    slow = {"EBEXO_CALL_SECONDS": "3", "EBEXO_LEASE_SECONDS": "10", "EBEXO_LOOK_AFTER_SECONDS": "0.1"}
    workers.tell(2)
    installation.fault("/api/contact/upsert", "latency", times=1, seconds=2.5)
    frozen = workers.start(EBEXO_FAILPOINTS="begun=pause:4@1,ready=pause:4@3", CHAOS_WITHOUT=without, **slow)
    workers.start(CHAOS_WHEN=str(workers.go), **slow)
    until(workers.attempts)
    frozen.popen.send_signal(signal.SIGSTOP)
    workers.go.touch()
    until(lambda: workers.are_applied(1))
    frozen.popen.send_signal(signal.SIGCONT)
    until(lambda: workers.are_applied(1, 2))
    time.sleep(6)
    return workers.judge(2)


@pytest.mark.parametrize(
    ("schedule", "guard", "seen"),
    [
        (a_call_fails, "head", "out_of_order"),
        (frozen_before_a_call, "clock", "stale"),
        (thawed_while_the_other_calls, "epoch", "stale"),
    ],
)
def test_order_needs_each_guard(workers, installation, until, schedule, guard, seen):
    found = getattr(schedule(workers, installation, until, guard), seen)

    assert any(finding.startswith(f"{JAN} 1 after") for finding in found)


@pytest.mark.parametrize(
    "schedule",
    [a_call_fails, frozen_before_a_call, thawed_while_the_other_calls],
)
def test_with_all_guards_the_same_schedule_keeps_order(workers, installation, until, schedule):
    assert schedule(workers, installation, until, "") == Findings()
