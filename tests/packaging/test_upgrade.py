"""What an earlier version left behind is read, and what waited in it arrives.

`upgrade/` holds what each release left, written by `scripts/upgrade_fixture.py`. As long as there is none, it is what
this version itself leaves.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from scripts.upgrade_fixture import FILES, PEOPLE
from tests.processes import call, free_address, until

ROOT = Path(__file__).parents[2]
KEPT = Path(__file__).with_name("upgrade")
RELEASES = sorted(path.name for path in KEPT.iterdir()) if KEPT.is_dir() else []
EBEXO = str(Path(sys.executable).with_name("ebexo"))
STATES = "SELECT state, COUNT(*) FROM ebexo_outbox_message GROUP BY state"

pytestmark = pytest.mark.long


@pytest.fixture(params=RELEASES or ["this version"])
def left(request, tmp_path):
    """The folder of what was left."""
    if RELEASES:
        return KEPT / request.param
    made = tmp_path / "left"
    subprocess.run([sys.executable, "-m", "scripts.upgrade_fixture", made], cwd=ROOT, check=True)
    return made


@pytest.fixture
def data(left, tmp_path):
    """A data directory with it."""
    folder = tmp_path / "data"
    folder.mkdir()
    for name in FILES:
        shutil.copy(left / name, folder)
    with closing(sqlite3.connect(folder / "ebexo.sqlite3")) as database:
        database.executescript((left / "ebexo.sql").read_text(encoding="utf-8"))
    return folder


@pytest.fixture
def installation(data):
    """`installation.run(…)` and `installation.start(…)`: commands of this version on those data."""
    others = {name: value for name, value in os.environ.items() if not name.startswith(("EBEXO_", "DJANGO_"))}
    started = []

    class Installation:
        far = free_address()
        environment = others | {"EBEXO_DATA_DIR": str(data), "EBEXO_EXTRA_ENDPOINTS": f"http://{far}"}

        def run(self, *arguments):
            done = subprocess.run(
                [EBEXO, *arguments],
                env=self.environment,
                input="",
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stderr
            return done.stdout

        def start(self, command, address):
            program = [EBEXO, command, "--bind", address]
            started.append(subprocess.Popen(program, env=self.environment))

        def query(self, sql):
            with closing(sqlite3.connect(f"file:{data / 'ebexo.sqlite3'}?mode=ro", uri=True)) as database:
                return database.execute(sql).fetchall()

    yield Installation()
    for process in started:
        process.terminate()
        process.wait(40)


def rows(installation):
    """How many there are in each table of ours."""
    tables = installation.query("SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB 'ebexo_*'")
    return {name: installation.query(f"SELECT COUNT(*) FROM {name}")[0][0] for (name,) in sorted(tables)}


def test_upgrade_keeps_everything_and_what_waited_arrives(installation):
    before, states = rows(installation), installation.query(STATES)

    installation.run("migrate")

    after = rows(installation)
    assert {name: after.get(name) for name in before} == before
    (store,) = json.loads(installation.run("store", "list", "--json"))
    assert "ala@shop.example" in installation.run("user", "list")
    assert installation.query(STATES) == states
    assert dict(states)["waiting"] > 0
    installation.run("store", "update", store["store"], "--endpoint", f"http://{installation.far}")
    installation.start("sandbox", installation.far)
    installation.run("store", "resume", store["store"])
    installation.start("serve", free_address())
    until(lambda: not {"waiting", "in_flight"} & {state for state, _ in installation.query(STATES)})

    assert {state for state, _ in installation.query(STATES)} <= {"delivered", "superseded"}
    found = call("GET", f"http://{installation.far}/_sandbox/contacts").body["contacts"]
    assert {contact["email"] for contact in found} == {
        f"person-{number}@example.com" for number in range(PEOPLE)
    }
