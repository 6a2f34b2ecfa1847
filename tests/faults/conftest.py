"""An installation of real processes, `ebexo serve` and a sandbox, that can be killed, stopped and started again."""

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

EBEXO = str(Path(sys.executable).with_name("ebexo"))
MAIN = "from ebexo.cli import main; main()"


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: Any


def call(method: str, url: str, body: Any = None, **headers: str) -> Answer:
    """One HTTP call; an error status is an answer, too. Raises OSError where nobody answers."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        url, data=data, method=method, headers={"Content-Type": "application/json"} | headers
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            status, answered, text = response.status, dict(response.headers), response.read()
    except urllib.error.HTTPError as error:
        with error:
            status, answered, text = error.code, dict(error.headers), error.read()
    return Answer(status, answered, json.loads(text) if text else None)


def until(condition: Callable[[], Any], *, seconds: float = 20.0) -> Any:
    """Wait until the condition gives something that is true, and give it back."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.02)
    raise AssertionError(f"Not within {seconds} s; the last look gave {condition()!r}.")


@dataclass
class Process:
    """A process of ours; its words are in `log`."""

    popen: subprocess.Popen[bytes]
    log: Path

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
class Installation:
    """A data directory, an address for the server and one for the sandbox; both outlive every kill."""

    folder: Path
    tables: Path
    web: str = field(default_factory=lambda: f"127.0.0.1:{free_port()}")
    far: str = field(default_factory=lambda: f"127.0.0.1:{free_port()}")
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

    def sandbox(self, far: str = "") -> Process:
        """A sandbox that knows nobody, once it answers."""
        far = far or self.far
        process = self.start("sandbox", "--bind", far)
        self._until_answering(process, f"http://{far}/_sandbox/requests")
        return process

    def another_far_side(self) -> str:
        """An address that endpoints may have, where nobody listens yet."""
        self.others.append(f"127.0.0.1:{free_port()}")
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


@pytest.fixture(scope="session")
def tables(made_once: Callable[[str, Callable[[Path], None]], Path]) -> Path:
    """A data directory with empty tables, to be copied: making them takes a second."""

    def make(folder: Path) -> None:
        assert Installation(folder, Path()).run("migrate").returncode == 0

    return made_once("tables", make) / "data"


@pytest.fixture
def installation(tmp_path: Path, tables: Path) -> Iterator[Installation]:
    made = Installation(tmp_path, tables)
    yield made
    for process in made.processes:
        if process.popen.poll() is None:
            process.kill()


@pytest.fixture(name="until")
def _until() -> Callable[..., Any]:
    return until
