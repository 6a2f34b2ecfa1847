"""An installation on PostgreSQL of real processes: `ebexo web`, `ebexo worker` and a sandbox, as on many machines."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cryptography.fernet import Fernet

from tests.processes import Answer, Postgresql, call, free_address, until

EBEXO = str(Path(sys.executable).with_name("ebexo"))
MAIN = "from ebexo.cli import main; main()"
SETTINGS = (
    "--email",
    "owner@shop.example",
    "--client-id",
    "sandbox-client",
    "--api-secret-stdin",
    "--active",
)


@dataclass
class Process:
    popen: subprocess.Popen[bytes]
    log: Path

    def times(self, event: str) -> int:
        """How often it has said so in its log."""
        return len(re.findall(rf"\bevent\W+{event}\b", self.log.read_text()))

    def kill(self) -> None:
        self.popen.kill()
        self.popen.wait(10)

    def terminate(self) -> float:
        """SIGTERM; how long it took to end, in seconds."""
        started = time.monotonic()
        self.popen.send_signal(signal.SIGTERM)
        self.popen.wait(40)
        return time.monotonic() - started


@dataclass
class Cluster:
    """Machines that have a database in common and nothing else."""

    folder: Path
    uri: str
    more: dict[str, str]
    web: str = field(default_factory=free_address)
    far: str = field(default_factory=free_address)
    keys: list[str] = field(default_factory=list)
    processes: list[Process] = field(default_factory=list)
    secret_keys: str = field(default_factory=lambda: Fernet.generate_key().decode())

    @property
    def environment(self) -> dict[str, str]:
        ours = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("EBEXO_", "DJANGO_SETTINGS"))
        }
        return ours | {
            "EBEXO_DATABASE_URL": self.uri,
            "EBEXO_SECRET_KEYS": self.secret_keys,
            "EBEXO_DATA_DIR": str(self.folder / "never-made"),
            "EBEXO_EXTRA_ENDPOINTS": f"http://{self.far}",
            **self.more,
        }

    def run(
        self, *arguments: str, stdin: str = "", first: str = "", **more: str
    ) -> subprocess.CompletedProcess[str]:
        """A command, to its end. A variable given as empty is left out."""
        return subprocess.run(
            self._program(first, arguments),
            env={name: value for name, value in (self.environment | more).items() if value},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )

    def start(self, *arguments: str, first: str = "", **more: str) -> Process:
        """A program of ours. `first` is Python that runs in its process before anything else."""
        log = self.folder / f"{len(self.processes)}-{arguments[0]}.log"
        with log.open("wb") as file:
            popen = subprocess.Popen(
                self._program(first, arguments), env=self.environment | more, stdout=file, stderr=file
            )
        self.processes.append(Process(popen, log))
        return self.processes[-1]

    @staticmethod
    def _program(first: str, arguments: Sequence[str]) -> list[str]:
        return [sys.executable, "-c", f"{first}\n{MAIN}", *arguments] if first else [EBEXO, *arguments]

    def start_web(self, address: str = "", **more: str) -> Process:
        process = self.start("web", "--bind", address or self.web, **more)
        self._until_answering(process, f"http://{address or self.web}/api/v1/openapi.json")
        return process

    def start_worker(self, *, first: str = "", **more: str) -> Process:
        """`ebexo worker`, once it looks around."""
        process = self.start("worker", first=first, **more)

        def is_working() -> bool:
            assert process.popen.poll() is None, process.log.read_text()
            return process.times("working") > 0

        until(is_working)
        return process

    def start_sandbox(self) -> Process:
        process = self.start("sandbox", "--bind", self.far)
        self._until_answering(process, f"http://{self.far}/_sandbox/requests")
        return process

    def _until_answering(self, process: Process, url: str) -> None:
        def answers() -> bool:
            assert process.popen.poll() is None, process.log.read_text()
            try:
                return call("GET", url).status == 200
            except OSError:
                return False

        until(answers)

    def open_store(self) -> str:
        """An active store that leads to the sandbox; its API key."""
        created = self.run(
            "store", "create", "Olcha", *SETTINGS, "--endpoint", f"http://{self.far}", "--json",
            stdin="sandbox-secret",
        )  # fmt: skip
        assert created.returncode == 0, created.stderr
        self.keys.append(json.loads(created.stdout)["api_key"])
        return self.keys[-1]

    def query(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.uri, autocommit=True) as connection:
            done = connection.execute(sql, values or None)
            return done.fetchall() if done.description else []

    def tell(self, number: object, *, key: str = "", **fields: str) -> Answer:
        """An event of a person of the same number, or with these fields."""
        event = {
            "id": f"event-{number}",
            "type": "customer.updated" if fields else "customer.registered",
            "occurred_at": "2026-11-01T10:00:00Z",
            "customer": {"email": f"person-{number}@example.com", **fields},
        }
        url = f"http://{self.web}/api/v1/events"
        return call("POST", url, event, Authorization=f"Bearer {key or self.keys[0]}")

    def fate(self, number: object) -> Any:
        url = f"http://{self.web}/api/v1/events/event-{number}"
        return call("GET", url, Authorization=f"Bearer {self.keys[0]}").body

    def undelivered(self) -> int:
        return int(self.query("SELECT COUNT(*) FROM ebexo_outbox_message WHERE state <> 'delivered'")[0][0])

    def fault(self, path: str, fault: str, **more: Any) -> None:
        url = f"http://{self.far}/_sandbox/faults"
        assert call("POST", url, {"path": path, "fault": fault, **more}).status == 201

    def clear_faults(self) -> None:
        assert call("DELETE", f"http://{self.far}/_sandbox/faults").status == 204

    def upserts(self) -> list[str]:
        """The addresses that the sandbox was told of and took in, oldest first."""
        found = call("GET", f"http://{self.far}/_sandbox/requests").body["requests"]
        return [
            request["body"]["contact"]["email"]
            for request in found
            if request["path"] == "/api/contact/upsert" and request["applied"]
        ]

    def contacts(self) -> set[str]:
        found = call("GET", f"http://{self.far}/_sandbox/contacts").body["contacts"]
        return {contact["email"] for contact in found}

    def end(self) -> None:
        for process in self.processes:
            if process.popen.poll() is None:
                process.kill()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Postgresql]:
    server = Postgresql()
    yield server
    server.end()


@pytest.fixture(scope="session")
def empty_tables(postgresql: Postgresql, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a database with tables and nothing in them, to be copied: making them takes seconds."""
    name = postgresql.new_database()
    cluster = Cluster(tmp_path_factory.mktemp("tables"), postgresql.uri(name), {})
    assert cluster.run("migrate").returncode == 0
    cluster.query("DELETE FROM ebexo_stores_installation")  # each has keys of its own
    return name


@pytest.fixture(scope="session")
def shared(postgresql: Postgresql, empty_tables: str, tmp_path_factory: pytest.TempPathFactory) -> Cluster:
    """One for all tests that start nothing in it and change nothing."""
    return Cluster(
        tmp_path_factory.mktemp("shared"), postgresql.uri(postgresql.new_database(empty_tables)), {}
    )


@pytest.fixture
def short() -> dict[str, str]:
    """Short times for whatever waits for a dead worker."""
    return {"EBEXO_SWEEP_SECONDS": "1", "EBEXO_CALL_SECONDS": "1", "EBEXO_LEASE_SECONDS": "2"}


@pytest.fixture
def new_cluster(
    postgresql: Postgresql, empty_tables: str, tmp_path: Path
) -> Iterator[Callable[..., Cluster]]:
    """`new_cluster(**variables)`: tables, no store. With `tables=False` an empty database."""
    made: list[Cluster] = []

    def new(*, tables: bool = True, **variables: str) -> Cluster:
        name = postgresql.new_database(empty_tables if tables else "template0")
        made.append(Cluster(tmp_path, postgresql.uri(name), variables))
        return made[-1]

    yield new
    for cluster in made:
        cluster.end()


@pytest.fixture(name="until")
def _until() -> Callable[..., Any]:
    return until


@pytest.fixture(name="call")
def _call() -> Callable[..., Answer]:
    return call


@pytest.fixture(name="free_address")
def _free_address() -> Callable[[], str]:
    return free_address
