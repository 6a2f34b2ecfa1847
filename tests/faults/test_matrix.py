"""Each row of the failure matrix, with real processes: what is accepted arrives, in order, and nobody else waits."""

import signal
import subprocess
import threading
import time
from contextlib import suppress
from typing import Any

import pytest

from bench.chaos.checker import Accepted, Findings, check

SHORT = {"EBEXO_CALL_SECONDS": "1", "EBEXO_LEASE_SECONDS": "3", "EBEXO_LOOK_AFTER_SECONDS": "0.2"}
UNHURRIED = SHORT | {"EBEXO_CALL_SECONDS": "3", "EBEXO_LEASE_SECONDS": "8"}
"""A lease that is not over before a busy machine has come to the call."""
JAN = "jan@example.com"


def marked(number):
    """The fields of a person by which the checker knows event `number` again."""
    return {"email": JAN, "properties": {f"seq_{number}": "1"}}


def findings(installation, numbers):
    journal = installation.backstage("GET", "requests").body["requests"]
    return check([Accepted(JAN, number) for number in numbers], journal)


def another_store(installation, endpoint=None):
    """A second active store; its key. The installation goes on speaking for the first."""
    first = (installation.store, installation.key)
    installation.open_store(*(("--endpoint", endpoint) if endpoint else ()))
    key = installation.key
    installation.store, installation.key = first
    return key


def as_store(installation, key, work):
    own, installation.key = installation.key, key
    try:
        return work()
    finally:
        installation.key = own


# Killed


@pytest.mark.both(postgresql="long")
def test_a_kill_at_any_place_loses_nothing_and_repeats_only_what_is_in_doubt(installation, until):
    """A place a start. What the kill before left over passes the place first, so it is the second time that kills."""
    installation.sandbox()
    installation.open_store()
    places = ["accepting", "accepted", "claimed", "begun", "answered", "settling", "settled", "released"]
    seen: dict[str, list[Any]] = {}

    for number, place in enumerate(places):
        time_it_kills = 1 if place in ("accepting", "released") else 2
        serve = installation.serve(EBEXO_FAILPOINTS=f"{place}=kill@{time_it_kills}", **UNHURRIED)
        if number:
            told_again = installation.tell(number - 1).body
            until(lambda number=number: installation.states(number - 1) == ["delivered"])
            seen[places[number - 1]].append("told anew" if told_again["accepted"] else "known")
        try:
            answer = installation.tell(number).status
        except OSError:
            answer = None
        assert serve.was_killed(), place
        seen[place] = [answer]
    installation.serve(**UNHURRIED)
    seen["released"].append("told anew" if installation.tell(7).body["accepted"] else "known")

    requests = installation.requests()
    for number, place in enumerate(places):
        email = f"person-{number}@example.com"
        told = [request for request in requests if request["body"]["contact"]["email"] == email]
        seen[place] += [installation.outcomes(number), sum(request["applied"] for request in told)]
    assert seen == {
        "accepting": [None, "told anew", ["delivered"], 1],
        "accepted": [None, "known", ["delivered"], 1],
        "claimed": [202, "known", ["interrupted", "delivered"], 1],
        "begun": [202, "known", ["interrupted", "delivered"], 1],
        "answered": [202, "known", ["interrupted", "delivered"], 2],
        "settling": [202, "known", ["interrupted", "delivered"], 2],
        "settled": [202, "known", ["delivered"], 1],
        "released": [202, "known", ["delivered"], 1],
    }
    assert len(installation.contacts()) == 8


# Paused


@pytest.mark.both
def test_a_pause_longer_than_the_lease_changes_no_order(installation, until):
    installation.sandbox()
    installation.open_store("--set", "rate=1000")
    serve = installation.serve(**SHORT)
    installation.fault("/api/contact/upsert", "latency", seconds=0.1)
    for number in range(1, 13):
        installation.tell(number, **marked(number))

    time.sleep(0.3)
    serve.send(signal.SIGSTOP)
    time.sleep(4)
    serve.send(signal.SIGCONT)

    until(lambda: set(installation.states(*range(1, 13))) <= {"delivered", "superseded"})
    assert findings(installation, range(1, 13)) == Findings()


@pytest.mark.both(postgresql="long")
def test_a_pause_between_claim_and_sending_lets_the_call_begin_only_under_a_new_lease(installation, until):
    """After the pause the lease is over: the claimed message goes back unsent, and is sent under the next lease."""
    installation.sandbox()
    installation.open_store()
    installation.serve(EBEXO_FAILPOINTS="begun=pause:4@1", **SHORT)

    installation.tell(1)

    until(lambda: installation.states(1) == ["delivered"])
    assert installation.outcomes(1) == ["delivered"]
    assert len(installation.requests()) == 1


# Full


@pytest.fixture
def small_disk(installation):
    """A data directory on a file system of 6 MB."""
    data = installation.folder / "data"
    data.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(data)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"No tmpfs can be mounted here: {mounted.stderr.strip()}")
    for path in installation.tables.iterdir():
        (data / path.name).write_bytes(path.read_bytes())
        (data / path.name).chmod(path.stat().st_mode & 0o777)
    yield data
    for process in installation.processes:
        if process.popen.poll() is None:
            process.kill()
    subprocess.run(["umount", "-l", str(data)], check=True)


def fill(path):
    """Until there is no space left."""
    with suppress(OSError), path.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)


def test_a_full_disk_refuses_events_and_resumes_by_itself(installation, small_disk, until):
    installation.sandbox()
    installation.open_store()
    installation.serve(EBEXO_FREE_DISK_FLOOR="0", **SHORT)
    installation.tell("before")
    until(lambda: installation.states("before") == ["delivered"])

    filler = small_disk / "filler"
    fill(filler)
    statuses = [installation.tell(number).status for number in range(40)]
    filler.unlink()
    after = until(lambda: (answer := installation.tell("after")).status == 202 and answer)

    accepted = [number for number, status in enumerate(statuses) if status == 202]
    refused = [number for number, status in enumerate(statuses) if status != 202]
    assert after.body["accepted"] == 1
    assert {statuses[number] for number in refused} == {503}
    until(lambda: set(installation.states("after", *accepted)) == {"delivered"})
    assert {installation.fate(number).get("state") for number in refused} == {None}
    [(integrity,)] = installation.query("PRAGMA integrity_check")
    assert integrity == "ok"


def test_a_database_that_may_not_grow_refuses_events_until_it_may(installation, until):
    installation.sandbox()
    installation.open_store()
    [(pages,)] = installation.query("PRAGMA page_count")
    limited = (
        "import ebexo.database as database\n"
        f"database.SQLITE_OPTIONS['init_command'] += '; PRAGMA max_page_count={pages + 8}'"
    )
    serve = installation.serve(first=limited, **SHORT)

    statuses = [installation.tell(number, company="x" * 200).status for number in range(150)]
    serve.terminate()
    installation.serve(**SHORT)

    assert set(statuses) == {202, 503}
    accepted = [number for number, status in enumerate(statuses) if status == 202]
    until(lambda: set(installation.states(*accepted)) == {"delivered"}, seconds=40)


# Another time of day


@pytest.mark.both(postgresql="long")
def test_a_clock_that_jumps_keeps_nobody_waiting(installation, until, tmp_path):
    """By an hour forwards and back, by an hour and a day back, each time with something on its way and in a pause."""
    offset = tmp_path / "offset"
    offset.write_text("0")
    jumping = (
        "import datetime, pathlib, django.utils.timezone as timezone\n"
        f"offset, real = pathlib.Path({str(offset)!r}), timezone.now\n"
        "timezone.now = lambda: real() + datetime.timedelta(seconds=float(offset.read_text() or 0))"
    )
    installation.sandbox()
    installation.open_store("--set", "rate=1000")
    installation.serve(first=jumping, **SHORT)
    number = 0

    for seconds in (3600, 0, -3600, -86400):
        installation.fault("/api/contact/upsert", "latency", times=1, seconds=0.5)
        installation.fault("/api/contact/upsert", "retry_after", times=1, seconds=1)
        for _ in range(3):
            number += 1
            installation.tell(number, **marked(number))
        until(lambda: installation.requests())
        offset.write_text(str(seconds))
        number += 1
        installation.tell(number, **marked(number))
        until(
            lambda last=number: set(installation.states(*range(1, last + 1))) <= {"delivered", "superseded"}
        )

    assert findings(installation, range(1, number + 1)) == Findings()


# Others in trouble


@pytest.mark.both
def test_stores_whose_far_side_is_down_slow_or_full_keep_no_other_waiting(installation, until):
    far = {name: installation.another_far_side() for name in ("down", "slow", "full")}
    for process in (
        installation.sandbox,
        lambda: installation.sandbox(far["slow"]),
        lambda: installation.sandbox(far["full"]),
    ):
        process()
    installation.open_store()
    keys = {name: another_store(installation, f"http://{address}") for name, address in far.items()}
    installation.fault("/api/contact", "hang", seconds=30, far=far["slow"])
    installation.fault("/api/contact", "retry_after", seconds=30, status=429, far=far["full"])
    installation.serve(**SHORT)
    for name, key in keys.items():
        for number in range(3):
            as_store(installation, key, lambda told=f"{name}-{number}": installation.tell(told))
    until(lambda: installation.query("SELECT COUNT(*) FROM ebexo_outbox_lane WHERE failures > 0") == [(3,)])

    begun = time.monotonic()
    for number in range(10):
        installation.tell(number)
    until(lambda: set(installation.states(*range(10))) == {"delivered"})
    seconds = time.monotonic() - begun

    assert seconds < 6
    tries = "SELECT store_id, COUNT(*) FROM ebexo_outbox_attempt WHERE store_id > 1 GROUP BY 1 ORDER BY 1"
    attempts = dict(
        zip(("down", "slow", "full"), (count for _, count in installation.query(tries)), strict=True)
    )
    assert attempts["full"] <= 3  # what was on its way when it asked to wait; nothing since
    assert max(attempts.values()) <= 12


@pytest.mark.both(postgresql="long")
def test_a_store_with_many_waiting_keeps_no_other_waiting(installation, until):
    installation.sandbox()
    installation.open_store("--set", "rate=1000")
    many = another_store(installation)
    installation.fault("/api/contact/batchupsert", "latency", seconds=0.2)
    url = f"http://{installation.web}/api/v1/events"
    installation.serve(**SHORT)
    for start in range(0, 2000, 500):
        events = [installation.event(f"many-{number}") for number in range(start, start + 500)]
        answer = as_store(
            installation, many, lambda events=events: installation.post(url, {"events": events})
        )
        assert (answer.status, answer.body["accepted"]) == (202, 500)

    begun = time.monotonic()
    installation.tell(1)
    until(lambda: installation.states(1) == ["delivered"], seconds=10)
    seconds = time.monotonic() - begun

    assert seconds < 3
    until(lambda: len(installation.contacts()) == 2001, seconds=40)


# Malformed


@pytest.mark.both(postgresql="long")
def test_a_row_that_cannot_be_read_and_one_that_cannot_be_mapped_fail_alone(installation, until):
    installation.sandbox()
    installation.open_store()
    broken_mapping = (
        "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'ebexo.settings'\n"
        "import django; django.setup()\n"
        "from datetime import timedelta\n"
        "import ebexo.delivery.result as result\n"
        "result.backoff = lambda *_, **__: timedelta(seconds=0.2)\n"
        "import ebexo.delivery.telling.contacts as telling\n"
        "real = telling.contact_upsert\n"
        "def contact_upsert(event, **more):\n"
        "    if event.email == 'person-2@example.com':\n"
        "        raise ValueError('no such mapping')\n"
        "    return real(event, **more)\n"
        "telling.contact_upsert = contact_upsert"
    )
    installation.serve(first=broken_mapping, **SHORT)
    installation.run("store", "pause", installation.store)
    for number in range(6):
        installation.tell(number)
    installation.change("UPDATE ebexo_outbox_message SET payload = '{\"id\": ' WHERE event_id = 'event-1'")

    installation.run("store", "resume", installation.store)

    until(lambda: set(installation.states(*range(6))) <= {"delivered", "failed"}, seconds=20)
    assert installation.states(*range(6)) == [
        "delivered",
        "failed",
        "failed",
        "delivered",
        "delivered",
        "delivered",
    ]
    assert [installation.fate(number)["reason"]["code"] for number in (1, 2)] == ["poison", "poison"]
    assert sorted(installation.contacts()) == [f"person-{number}@example.com" for number in (0, 3, 4, 5)]


# Stopped


@pytest.mark.both
def test_sigterm_under_load_ends_in_time_and_gives_the_lane_back(installation, until):
    installation.sandbox()
    installation.open_store("--set", "rate=1000")
    installation.fault("/api/contact/upsert", "latency", seconds=0.2)
    serve = installation.serve(**SHORT)
    accepted = []
    ending = threading.Event()

    def go_on_telling():
        number = 0
        while not ending.is_set():
            number += 1
            try:
                if installation.tell(number, **marked(number)).status == 202:
                    accepted.append(number)
            except OSError:
                return

    telling = threading.Thread(target=go_on_telling)
    telling.start()
    until(lambda: len(accepted) >= 30)
    seconds = serve.terminate()
    ending.set()
    telling.join()

    assert (serve.returncode, seconds < 25) == (0, True)
    assert installation.query("SELECT lease_until, owner FROM ebexo_outbox_lane") == [(None, "")]
    assert installation.query("SELECT COUNT(*) FROM ebexo_outbox_message WHERE state = 'in_flight'") == [(0,)]
    installation.serve(**SHORT)
    until(lambda: set(installation.states(*accepted)) <= {"delivered", "superseded"})
    assert installation.query("SELECT COUNT(*) FROM ebexo_outbox_attempt WHERE outcome = 'interrupted'") == [
        (0,)
    ]
    assert findings(installation, accepted) == Findings()
