"""`ebexo web` and `ebexo worker` on one PostgreSQL: what is told here is sent there, whoever dies meanwhile."""

import itertools
import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

HOLDER = """
import psycopg, sys, time
with psycopg.connect(sys.argv[1]) as connection:
    connection.execute("LOCK TABLE ebexo_outbox_message IN ACCESS EXCLUSIVE MODE")
    print("locked", flush=True)
    time.sleep(3)
"""

HARMS = (
    "TRUNCATE procrastinate_jobs, procrastinate_events, procrastinate_periodic_defers CASCADE",
    "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'",
    "TRUNCATE procrastinate_workers CASCADE",
)
NIGHTS = """
from ebexo.cli import use_django; use_django()
import ebexo.delivery.scheduling.procrastinate as engine
engine.AT_NIGHT = '* * * * * */2'
"""


def test_an_event_told_to_web_wakes_a_worker(new_cluster, until):
    cluster = new_cluster(EBEXO_SWEEP_SECONDS="60")  # so it was the bell
    cluster.start_sandbox()
    cluster.open_store()
    cluster.start_web()
    cluster.start_worker()
    assert cluster.tell(0).status == 202
    until(lambda: cluster.contacts() == {"person-0@example.com"})

    taken = []
    for number in range(1, 6):
        told_at = time.monotonic()
        assert cluster.tell(number).body == {"accepted": 1, "duplicates": 0, "rejected": []}
        until(lambda number=number: f"person-{number}@example.com" in cluster.contacts())
        taken.append(time.monotonic() - told_at)

    assert max(taken) < 10
    assert until(lambda: cluster.undelivered() == 0)
    assert cluster.upserts() == [f"person-{number}@example.com" for number in range(6)]
    assert cluster.query("SELECT DISTINCT owner, lease_until FROM ebexo_outbox_lane") == [("", None)]
    until(
        lambda: cluster.query("SELECT COUNT(*) FROM procrastinate_jobs WHERE task_name = 'drain'") == [(0,)]
    )
    assert not (cluster.folder / "never-made").exists()  # nothing of an installation lies on a machine's disk


@pytest.mark.long
def test_what_a_command_changed_wakes_a_worker_or_is_found_by_the_sweeper(new_cluster, short, until):
    cluster = new_cluster(**short)
    cluster.start_sandbox()
    cluster.open_store()
    (store,) = json.loads(cluster.run("store", "list", "--json").stdout)
    cluster.run("store", "pause", store["store"])
    cluster.start_web()
    cluster.start_worker()
    cluster.tell(1)
    time.sleep(3)
    assert cluster.contacts() == set()

    assert cluster.run("store", "resume", store["store"]).returncode == 0

    until(lambda: cluster.contacts() == {"person-1@example.com"})


@pytest.mark.long
def test_everything_drains_though_the_tables_of_the_engine_are_emptied_again_and_again(
    new_cluster, short, until
):
    cluster = new_cluster(**short)
    cluster.start_sandbox()
    keys = [cluster.open_store() for _ in range(3)]
    cluster.start_web()
    workers = [cluster.start_worker() for _ in range(2)]
    over = threading.Event()

    def destroy():
        harms = itertools.cycle(HARMS)
        while not over.wait(0.2):
            with suppress(psycopg.errors.DeadlockDetected):  # with a worker, which tries again
                cluster.query(next(harms))

    destroyer = threading.Thread(target=destroy)
    destroyer.start()
    try:
        for number in range(90):
            assert cluster.tell(number, key=keys[number % 3]).status == 202
        until(lambda: cluster.undelivered() == 0, seconds=75)
    finally:
        over.set()
        destroyer.join()

    assert cluster.contacts() == {f"person-{number}@example.com" for number in range(90)}
    assert [worker.popen.poll() for worker in workers] == [None, None]
    assert cluster.tell("last").status == 202
    until(lambda: cluster.undelivered() == 0)


def test_a_worker_takes_over_what_a_killed_one_was_sending(new_cluster, short, until):
    cluster = new_cluster(**short)
    cluster.start_sandbox()
    cluster.open_store()
    cluster.start_web()
    first = cluster.start_worker()
    cluster.fault("/api/contact/upsert", "hang", seconds=30, times=1)
    cluster.tell(1)
    until(lambda: cluster.fate(1)["state"] == "in_flight")

    first.kill()
    cluster.tell(2)
    second = cluster.start_worker()

    until(lambda: cluster.undelivered() == 0)
    outcomes = [attempt["outcome"] for attempt in cluster.fate(1)["attempts"]]
    assert outcomes == ["interrupted", "delivered"]
    until(lambda: cluster.query("SELECT COUNT(*) FROM procrastinate_jobs WHERE status = 'doing'") == [(0,)])
    assert second.popen.poll() is None


@pytest.mark.long
def test_a_worker_told_to_stop_ends_its_call_and_gives_the_lane_back(new_cluster, until):
    cluster = new_cluster()
    cluster.start_sandbox()
    cluster.open_store()
    cluster.start_web()
    worker = cluster.start_worker()
    cluster.fault("/api/contact/upsert", "latency", seconds=4)
    cluster.tell(1)
    until(lambda: cluster.fate(1)["attempts"])
    time.sleep(1)

    taken = worker.terminate()

    assert worker.popen.returncode == 0
    assert 1 < taken < 25
    assert cluster.fate(1)["state"] == "delivered"
    assert cluster.query("SELECT owner, lease_until FROM ebexo_outbox_lane") == [("", None)]
    assert cluster.upserts() == ["person-1@example.com"]


@pytest.mark.long
def test_another_worker_goes_on_at_once_where_one_was_told_to_stop(new_cluster, until):
    cluster = new_cluster(EBEXO_SWEEP_SECONDS="60")  # so it is not a sweep that finds what is left
    cluster.start_sandbox()
    cluster.open_store()
    cluster.start_web()
    workers = {str(worker.popen.pid): worker for worker in (cluster.start_worker(), cluster.start_worker())}
    cluster.fault("/api/contact/", "latency", seconds=1)
    for number in range(12):
        cluster.tell(number)

    def holder():
        ((owner,),) = cluster.query("SELECT owner FROM ebexo_outbox_lane")
        return workers.get(owner.split("-")[-2]) if owner else None

    until(holder).terminate()
    stopped_at = time.monotonic()

    assert cluster.undelivered() > 0
    until(lambda: cluster.undelivered() == 0)
    assert time.monotonic() - stopped_at < 30


@pytest.mark.long
def test_web_told_to_stop_answers_what_it_was_asked(new_cluster, until):
    cluster = new_cluster()
    cluster.open_store()
    web = cluster.start_web()
    answers = []
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, cluster.uri], stdout=subprocess.PIPE, text=True)
    assert holder.stdout
    assert holder.stdout.readline() == "locked\n"
    asking = threading.Thread(target=lambda: answers.append(cluster.tell(1).status))
    asking.start()
    time.sleep(1)

    taken = web.terminate()

    asking.join()
    holder.wait(10)
    holder.stdout.close()
    assert answers == [202]
    assert web.popen.returncode == 0
    assert taken < 25


def test_process_that_answers_does_not_outlive_the_one_that_was_started(new_cluster, until, call):
    cluster = new_cluster()
    web = cluster.start_web()

    web.kill()

    def is_gone():
        try:
            call("GET", f"http://{cluster.web}/api/v1/openapi.json")
        except OSError:
            return True
        return False

    until(is_gone)


def test_process_that_answers_is_started_anew_when_it_is_killed(new_cluster, until, call):
    """By the kernel, say, when memory runs out."""
    cluster = new_cluster()
    web = cluster.start_web()
    children = Path(f"/proc/{web.popen.pid}/task/{web.popen.pid}/children")
    former = [int(number) for number in children.read_text().split() if _answers(int(number))]

    for number in former:
        os.kill(number, signal.SIGKILL)

    def answers() -> bool:
        with suppress(OSError):
            return bool(call("GET", f"http://{cluster.web}/api/v1/openapi.json").status == 200)
        return False

    assert former
    until(lambda: not set(former) & {int(number) for number in children.read_text().split()})
    until(answers)
    assert web.terminate() < 25


def _answers(process: int) -> bool:
    """Is it the one that answers, and not Python's own helper beside it?"""
    return b"resource_tracker" not in Path(f"/proc/{process}/cmdline").read_bytes()


@pytest.mark.long
def test_postgresql_that_was_stopped_hard_is_told_to_the_shop_and_work_goes_on_alone(
    new_cluster, short, postgresql, until
):
    cluster = new_cluster(**short)
    cluster.start_sandbox()
    cluster.open_store()
    web = cluster.start_web()
    worker = cluster.start_worker()
    cluster.tell(1)
    until(lambda: cluster.undelivered() == 0)

    postgresql.stop_hard()
    try:
        meanwhile = cluster.tell(2)
        time.sleep(3)
    finally:
        postgresql.start()

    assert (meanwhile.status, meanwhile.headers["content-type"]) == (503, "application/problem+json")
    assert int(meanwhile.headers["retry-after"]) > 0
    until(lambda: cluster.tell(2).status == 202)
    until(lambda: cluster.contacts() == {"person-1@example.com", "person-2@example.com"})
    assert (web.popen.poll(), worker.popen.poll()) == (None, None)
    assert worker.terminate() < 25


@pytest.mark.long
def test_a_frozen_worker_sends_nothing_that_another_has_sent_meanwhile(new_cluster, short, until):
    cluster = new_cluster(**short)
    cluster.start_sandbox()
    cluster.open_store()
    cluster.start_web()
    frozen = cluster.start_worker()
    cluster.fault("/api/contact/upsert", "latency", seconds=0.3)
    for number in range(12):
        cluster.tell(number)
    until(lambda: len(cluster.upserts()) > 2)

    frozen.popen.send_signal(signal.SIGSTOP)
    cluster.start_worker()
    until(lambda: cluster.undelivered() == 0)
    sent = len(cluster.upserts())
    frozen.popen.send_signal(signal.SIGCONT)
    cluster.tell("after")
    until(lambda: cluster.undelivered() == 0)
    time.sleep(2)

    assert len(cluster.upserts()) == sent + 1
    assert frozen.popen.poll() is None


def test_nightly_work_is_done_by_one_worker_at_a_time(new_cluster, until):
    cluster = new_cluster(EBEXO_SWEEP_SECONDS="1")
    started = time.monotonic()
    workers = [cluster.start_worker(first=NIGHTS) for _ in range(2)]

    def times():
        return sum(worker.times("pruned") for worker in workers)

    until(lambda: times() >= 3)

    assert times() <= (time.monotonic() - started) / 2 + 1
