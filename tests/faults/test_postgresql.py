"""What can happen to a PostgreSQL: it is stopped the hard way under load, and it has no room left."""

import os
import pwd
import subprocess
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from bench.chaos.checker import Accepted, Findings, check

SHORT = {"EBEXO_CALL_SECONDS": "1", "EBEXO_LEASE_SECONDS": "3", "EBEXO_LOOK_AFTER_SECONDS": "0.2"}
JAN = "jan@example.com"


def test_stopped_the_hard_way_under_load_it_loses_nothing_and_work_goes_on_alone(own_postgresql, on, until):
    """What was not answered with 202 is told again, as a shop does."""
    installation = on(own_postgresql.uri())
    installation.sandbox()
    installation.open_store("--set", "rate=1000")
    installation.fault("/api/contact/upsert", "latency", seconds=0.1)
    both = installation.serve(**SHORT)
    accepted: list[int] = []
    others: set[int] = set()
    ending = threading.Event()

    def go_on_telling():
        while not ending.is_set():
            number = len(accepted) + 1
            with suppress(OSError):
                status = installation.tell(number, email=JAN, properties={f"seq_{number}": "1"}).status
                if status == 202:
                    accepted.append(number)
                else:
                    others.add(status)
            time.sleep(0.02)

    telling = threading.Thread(target=go_on_telling)
    telling.start()
    for _ in range(2):
        so_far = len(accepted)
        until(lambda so_far=so_far: len(accepted) >= so_far + 10)
        own_postgresql.stop_hard()
        time.sleep(0.5)  # so long the database stays away
        own_postgresql.start()
    so_far = len(accepted)
    until(lambda: len(accepted) >= so_far + 5, seconds=40)
    ending.set()
    telling.join()

    waiting = "SELECT COUNT(*) FROM ebexo_outbox_message WHERE state NOT IN ('delivered', 'superseded')"
    until(lambda: installation.query(waiting) == [(0,)], seconds=60)
    journal = installation.backstage("GET", "requests").body["requests"]
    assert check([Accepted(JAN, number) for number in accepted], journal) == Findings()
    assert others <= {503}
    assert [both.popen.poll(), both.web.popen.poll()] == [None, None]


@pytest.fixture
def small_disk(own_postgresql):
    """A tablespace on a file system of 32 MB; its folder. The log of PostgreSQL lies elsewhere, as it should."""
    folder = Path(
        tempfile.mkdtemp(prefix="small", dir="/tmp")
    )  # pytest's own folders are for their owner alone
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"No tmpfs can be mounted here: {mounted.stderr.strip()}")
    if own_postgresql.user:
        owner = pwd.getpwnam(own_postgresql.user)
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    yield folder
    own_postgresql.end()
    subprocess.run(["umount", "-l", str(folder)], check=True)
    folder.rmdir()


def test_without_room_for_tables_it_refuses_events_and_resumes_by_itself(
    own_postgresql, small_disk, on, until
):
    own_postgresql.execute(f"CREATE TABLESPACE small LOCATION '{small_disk}'")
    installation = on(own_postgresql.uri(own_postgresql.new_database(more="TABLESPACE small")))
    installation.sandbox()
    installation.open_store()
    installation.serve(**SHORT)
    installation.tell("before")
    until(lambda: installation.states("before") == ["delivered"])

    filler = small_disk / "filler"
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)
    statuses = [installation.tell(number, company="x" * 200).status for number in range(100)]
    filler.unlink()
    after = until(lambda: (answer := installation.tell("after")).status == 202 and answer)

    accepted = [number for number, status in enumerate(statuses) if status == 202]
    refused = [number for number, status in enumerate(statuses) if status != 202]
    assert after.body["accepted"] == 1
    assert {statuses[number] for number in refused} == {503}
    until(lambda: set(installation.states("after", *accepted)) == {"delivered"}, seconds=40)
    assert {installation.fate(number).get("state") for number in refused} == {None}
