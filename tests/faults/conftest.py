"""An installation of real processes and a sandbox, that can be killed, stopped and started again.

It is `ebexo serve` on SQLite. A test marked `both` runs a second time on PostgreSQL, with `ebexo web` and
`ebexo worker` for it; with `both(postgresql="long")` only where long tests do.
"""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cryptography.fernet import Fernet

from tests.processes import Answer, Postgresql, call, free_address, until

EBEXO = str(Path(sys.executable).with_name("ebexo"))
MAIN = "from ebexo.cli import main; main()"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "both: on PostgreSQL, too, with ebexo web and ebexo worker")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if both := metafunc.definition.get_closest_marker("both"):
        marks = [pytest.mark.long] if both.kwargs.get("postgresql") == "long" else []
        stores = ["sqlite", pytest.param("postgresql", marks=marks)]
        metafunc.parametrize("installation", stores, indirect=True)


@dataclass
class Process:
    """A process of ours; its words are in `log`."""

    popen: subprocess.Popen[bytes]
    log: Path

    def kill(self) -> None:
        self.popen.kill()
        self.popen.wait(10)

    def send(self, number: signal.Signals) -> None:
        self.popen.send_signal(number)

    def was_killed(self) -> bool:
        """Waits for its end, which is not far. Did it kill itself?"""
        return self.popen.wait(20) == -signal.SIGKILL

    @property
    def returncode(self) -> int | None:
        return self.popen.returncode

    def terminate(self) -> float:
        """SIGTERM; how long it took to end, in seconds."""
        started = time.monotonic()
        self.popen.send_signal(signal.SIGTERM)
        self.popen.wait(40)
        return time.monotonic() - started


def with_its_children(popen: subprocess.Popen[bytes]) -> list[int]:
    """`ebexo web` answers in a process of its own."""
    children = Path(f"/proc/{popen.pid}/task/{popen.pid}/children")
    found = children.read_text().split() if popen.poll() is None and children.exists() else []
    return [popen.pid, *(int(pid) for pid in found if is_alive(pid))]


def is_alive(pid: str) -> bool:
    """A process that ended stays in the list until the one that started it looks."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@dataclass
class Pair(Process):
    """`ebexo worker` with an `ebexo web` beside it, as if they were one."""

    web: Process
    answering: list[int]
    """What `with_its_children` gave of the web when it answered."""

    def kill(self) -> None:
        self.send(signal.SIGKILL)
        self.popen.wait(10)
        self.web.popen.wait(10)

    def send(self, number: signal.Signals) -> None:
        for pid in [*with_its_children(self.web.popen), self.popen.pid]:
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def was_killed(self) -> bool:
        until(lambda: self.popen.poll() is not None or with_its_children(self.web.popen) != self.answering)
        itself = self.popen.poll() in (None, -signal.SIGKILL)  # None: it was the one that answers
        self.kill()
        return itself

    def terminate(self) -> float:
        return self.web.terminate() + super().terminate()

    @property
    def returncode(self) -> int | None:
        return self.popen.returncode or self.web.popen.returncode


@dataclass
class Installation:
    """A data directory, an address for the server and one for the sandbox; both outlive every kill."""

    folder: Path
    tables: Path
    web: str = field(default_factory=free_address)
    far: str = field(default_factory=free_address)
    others: list[str] = field(default_factory=list)
    """Addresses of further sandboxes."""
    key: str = ""
    store: str = ""
    processes: list[Process] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        ours = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("EBEXO_", "DJANGO_SETTINGS"))
        }
        return ours | {
            "EBEXO_DATA_DIR": str(self.folder / "data"),
            "EBEXO_EXTRA_ENDPOINTS": ",".join(f"http://{far}" for far in (self.far, *self.others)),
        }

    def run(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """A command, to its end."""
        return subprocess.run(
            [EBEXO, *arguments],
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def start(
        self, *arguments: str, first: str = "", program: Sequence[str] = (EBEXO,), **more: str
    ) -> Process:
        """A program of ours. `first` is Python that runs in its process before anything else."""
        log = self.folder / f"{len(self.processes)}-{arguments[0]}.log"
        program = [sys.executable, "-c", f"{first}\n{MAIN}"] if first else program
        environment = self.environment | more
        with log.open("wb") as file:
            popen = subprocess.Popen([*program, *arguments], env=environment, stdout=file, stderr=file)
        process = Process(popen, log)
        self.processes.append(process)
        return process

    def serve(self, *, first: str = "", **more: str) -> Process:
        """`ebexo serve`, once it answers, with `more` in its environment."""
        process = self.start("serve", "--bind", self.web, first=first, **more)
        self._until_answering(process, f"http://{self.web}/api/v1/openapi.json")
        return process

    def start_again(self, process: Process, *, first: str = "", **more: str) -> Process:
        """What sends, after its death; not waited for."""
        return self.start("serve", "--bind", self.web, first=first, **more)

    def sandbox(self, far: str = "") -> Process:
        """A sandbox that knows nobody, once it answers."""
        far = far or self.far
        process = self.start("sandbox", "--bind", far)
        self._until_answering(process, f"http://{far}/_sandbox/requests")
        return process

    def another_far_side(self) -> str:
        """An address that endpoints may have, where nobody listens yet."""
        self.others.append(free_address())
        return self.others[-1]

    def _until_answering(self, process: Process, url: str) -> None:
        def answers() -> bool:
            assert process.popen.poll() is None, process.log.read_text()
            try:
                return call("GET", url).status == 200
            except OSError:
                return False

        until(answers)

    def open_store(self, *options: str, secret: str = "sandbox-secret") -> None:
        """An active store that leads to the sandbox, in tables that were made before."""
        if not (self.folder / "data").exists():
            shutil.copytree(self.tables, self.folder / "data")
        settings = (
            "--email",
            "owner@shop.example",
            "--client-id",
            "sandbox-client",
            "--endpoint",
            f"http://{self.far}",
        )
        created = self.run(
            "store",
            "create",
            "Olcha",
            *settings,
            "--api-secret-stdin",
            "--active",
            "--json",
            *options,
            stdin=secret,
        )
        assert created.returncode == 0, created.stderr
        answer = json.loads(created.stdout)
        self.store, self.key = answer["store"], answer["api_key"]

    def change(self, sql: str) -> None:
        """Behind the back of the server."""
        with closing(sqlite3.connect(self.folder / "data" / "ebexo.sqlite3")) as connection, connection:
            connection.execute(sql)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """What the database answers, read beside the running server."""
        address = f"file:{self.folder / 'data' / 'ebexo.sqlite3'}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=5)) as connection:
            return connection.execute(sql).fetchall()

    def event(
        self, number: object, *, email: str | None = None, kind: str = "customer.registered", **fields: Any
    ) -> dict[str, Any]:
        return {
            "id": f"event-{number}",
            "type": kind,
            "occurred_at": "2026-11-01T10:00:00Z",
            "customer": {"email": email or f"person-{number}@example.com", **fields},
        }

    def tell(self, number: object, **fields: Any) -> Answer:
        url = f"http://{self.web}/api/v1/events"
        return call("POST", url, self.event(number, **fields), Authorization=f"Bearer {self.key}")

    def fate(self, number: object) -> Any:
        url = f"http://{self.web}/api/v1/events/event-{number}"
        return call("GET", url, Authorization=f"Bearer {self.key}").body

    def states(self, *numbers: object) -> list[str]:
        return [self.fate(number)["state"] for number in numbers]

    def outcomes(self, number: object) -> list[str]:
        return [attempt["outcome"] for attempt in self.fate(number)["attempts"]]

    def backstage(self, method: str, path: str, body: Any = None) -> Answer:
        """A call to what stands behind the sandbox."""
        return call(method, f"http://{self.far}/_sandbox/{path}", body)

    def post(self, url: str, body: Any) -> Answer:
        return call("POST", url, body, Authorization=f"Bearer {self.key}")

    def get(self, url: str) -> Answer:
        """A call with the store's key."""
        return call("GET", url, Authorization=f"Bearer {self.key}")

    def fault(self, path: str, fault: str, *, far: str = "", **more: Any) -> None:
        url = f"http://{far or self.far}/_sandbox/faults"
        assert call("POST", url, {"path": path, "fault": fault, **more}).status == 201

    def contacts(self) -> dict[str, Any]:
        found = call("GET", f"http://{self.far}/_sandbox/contacts").body["contacts"]
        return {contact["email"]: contact for contact in found}

    def requests(self, path: str = "/api/contact/upsert") -> list[dict[str, Any]]:
        """What the sandbox was asked, answered or not."""
        found = call("GET", f"http://{self.far}/_sandbox/requests").body["requests"]
        return [request for request in found if request["path"] == path]


KEY = Fernet.generate_key().decode()


SHORT = {"EBEXO_SWEEP_SECONDS": "1", "EBEXO_CALL_SECONDS": "4", "EBEXO_LEASE_SECONDS": "8"}
"""Unless a test says otherwise: the lane of a worker that was killed is free when its lease is over."""


@dataclass
class OnPostgresql(Installation):
    """The same on PostgreSQL: what is one process on SQLite is a worker with a web beside it here."""

    uri: str = ""

    @property
    def environment(self) -> dict[str, str]:
        there = {"EBEXO_DATABASE_URL": self.uri, "EBEXO_SECRET_KEYS": KEY}
        return super().environment | there | SHORT

    def serve(self, *, first: str = "", **more: str) -> Process:
        web = self.start("web", "--bind", self.web, first=first, **more)
        worker = self.start("worker", first=first, **more)
        self._until_answering(web, f"http://{self.web}/api/v1/openapi.json")
        return Pair(worker.popen, worker.log, web=web, answering=with_its_children(web.popen))

    def start_again(self, process: Process, *, first: str = "", **more: str) -> Process:
        """The worker alone; who answers goes on."""
        assert isinstance(process, Pair)
        worker = self.start("worker", first=first, **more)
        return Pair(worker.popen, worker.log, web=process.web, answering=process.answering)

    def change(self, sql: str) -> None:
        with psycopg.connect(self.uri, autocommit=True) as connection:
            connection.execute(sql)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.uri, autocommit=True) as connection:
            return connection.execute(sql).fetchall()


@pytest.fixture(scope="session")
def tables(made_once: Callable[[str, Callable[[Path], None]], Path]) -> Path:
    """A data directory with empty tables, to be copied: making them takes a second."""

    def make(folder: Path) -> None:
        assert Installation(folder, Path()).run("migrate").returncode == 0

    return made_once("tables", make) / "data"


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Postgresql]:
    server = Postgresql()
    yield server
    server.end()


@pytest.fixture
def own_postgresql() -> Iterator[Postgresql]:
    """A server of this test alone."""
    server = Postgresql()
    yield server
    server.end()


@pytest.fixture(scope="session")
def template(postgresql: Postgresql, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a database with tables, to be copied: making them takes seconds."""
    name = postgresql.new_database()
    made = OnPostgresql(tmp_path_factory.mktemp("template"), Path(), uri=postgresql.uri(name)).run("migrate")
    assert made.returncode == 0, made.stderr
    return name


@pytest.fixture
def installation(request: pytest.FixtureRequest, tmp_path: Path, tables: Path) -> Iterator[Installation]:
    made = Installation(tmp_path, tables)
    if getattr(request, "param", "sqlite") == "postgresql":
        server = request.getfixturevalue("postgresql")
        uri = server.uri(server.new_database(request.getfixturevalue("template")))
        made = OnPostgresql(tmp_path, tables, uri=uri)
    yield made
    end_all(made)


def end_all(installation: Installation) -> None:
    for process in installation.processes:
        for pid in with_its_children(process.popen) if process.popen.poll() is None else ():
            os.kill(pid, signal.SIGKILL)
        process.popen.wait(10)


@pytest.fixture
def on(tmp_path: Path, tables: Path) -> Iterator[Callable[[str], Installation]]:
    """`on(uri)`: an installation in that PostgreSQL, with tables."""
    made: list[OnPostgresql] = []

    def installed(uri: str) -> Installation:
        made.append(OnPostgresql(tmp_path, tables, uri=uri))
        migrated = made[-1].run("migrate")
        assert migrated.returncode == 0, migrated.stderr
        return made[-1]

    yield installed
    for installation in made:
        end_all(installation)


@pytest.fixture(name="until")
def _until() -> Callable[..., Any]:
    return until
