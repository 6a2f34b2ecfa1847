"""One installation for all pages about connecting a shop: `ebexo serve` and the sandbox, each a process of its own."""

import json
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import pytest

from demo.processes import Program, clean_environment, end_all

OPENING = """
import sys
from ebexo.cli.commands import ebexo

address = sys.argv[1]
ebexo(["migrate"], standalone_mode=False)
account = ["--email", "owner@shop.example", "--client-id", "sandbox-client", "--api-secret-stdin"]
account += ["--endpoint", address, "--active", "--json"]
print("\\nopened", end=" ")
ebexo(["store", "create", "Olcha", *account], standalone_mode=False)
from ebexo.stores.models import Store
handle = Store.objects.get().handle
ebexo(["consent", "add", handle, "marketing", "--name", "E-mail", "--text", "Tak."], standalone_mode=False)
ebexo(["store", "update", handle, "--mode", "consent", "--consent", "marketing", "--json"], standalone_mode=False)
"""
"""What a merchant and an operator do, in one process: starting takes longer than all of it."""


@dataclass
class Installation:
    """A store in the mode that asks for the consent `marketing`, connected to the sandbox, with its callbacks pasted.

    `smclient` is the contact id of somebody who agreed, as the cookie of their browser holds it.
    """

    url: str
    sandbox: str
    opened: dict[str, Any]
    smclient: str = ""

    def environment(self, *, signed: bool = False) -> dict[str, str]:
        """What the pages read from the environment."""
        credential = {"EBEXO_API_KEY": self.opened["api_key"]}
        if signed:
            credential = {
                "EBEXO_SIGNING_SECRET": self.opened["signing_secret"],
                "EBEXO_PUBLIC_KEY": self.opened["public_key"],
            }
        return clean_environment() | credential | {"EBEXO_URL": self.url, "SMCLIENT": self.smclient}

    def tell(self, event: dict[str, Any]) -> None:
        headers = {"Authorization": f"Bearer {self.opened['api_key']}"}
        _json_at(f"{self.url}/api/v1/events", event, headers)

    def fate(self, event_id: str) -> Any:
        headers = {"Authorization": f"Bearer {self.opened['api_key']}"}
        return _json_at(f"{self.url}/api/v1/events/{event_id}", headers=headers)

    def tell_sandbox(self, path: str, body: Any = None) -> None:
        _json_at(f"{self.sandbox}/_sandbox/{path}", body or {})

    def contact(self, email: str) -> dict[str, Any]:
        """The contact at the sandbox; empty where there is none."""
        return _json_at(f"{self.sandbox}/_sandbox/contacts/{email}") or {}

    def events(self, email: str, kind: str) -> list[dict[str, Any]]:
        """The external events of this kind that the sandbox has of a person, oldest first."""
        events = _json_at(f"{self.sandbox}/_sandbox/events?email={email}")["events"]
        return [event for event in events if event["contactExtEventType"] == kind]


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    data = tmp_path_factory.mktemp("http-shop")
    ports = {name: _free_port() for name in ("sandbox", "panel")}
    address = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    environment = clean_environment(
        EBEXO_DATA_DIR=str(data), EBEXO_EXTRA_ENDPOINTS=address["sandbox"], EBEXO_PUBLIC_URL=address["panel"]
    )

    def start(name: str, *arguments: str) -> Program:
        bind = ["--bind", f"127.0.0.1:{ports[name]}"]
        return Program(name, [*arguments, *bind], environment=environment, logs=data)

    programs = [start("sandbox", "-m", "salesmanago_sandbox")]
    try:
        programs[0].wait_until_it_answers(f"{address['sandbox']}/")
        opened = _open_store(address["sandbox"], environment=environment)
        programs.append(start("panel", "-c", "from ebexo.cli import main; main()", "serve"))
        programs[1].wait_until_it_answers(f"{address['panel']}/panel/login/")
        made = Installation(address["panel"], address["sandbox"], opened)
        made.tell_sandbox("callbacks", opened["callbacks"])
        made.smclient = _somebody_who_agreed(made)
        yield made
    finally:
        end_all(programs)


Answer = tuple[int, dict[str, str], dict[str, Any]]


class Answers(ThreadingHTTPServer):
    """A door that gives these answers, one after the other, and then nothing but 202; it notes the ids it was told."""

    def __init__(self, *answers: Answer) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.answers = list(answers)
        self.told: list[list[str]] = []
        self.keys: list[str] = []
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()


class _Answering(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Answers)
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.keys.append(self.headers["Authorization"])
        self.server.told.append([event["id"] for event in body["events"]])
        everything: Answer = (202, {}, {"accepted": len(body["events"]), "duplicates": 0, "rejected": []})
        status, headers, answer = self.server.answers.pop(0) if self.server.answers else everything
        content = json.dumps(answer).encode()
        self.send_response(status)
        kind = "application/json" if status == 202 else "application/problem+json"
        for name, value in {"Content-Type": kind, "Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *words: object) -> None:
        pass


@pytest.fixture
def answering() -> Iterator[Callable[..., Answers]]:
    """`answering(answers, …)`: a door of your own making on a free port."""
    opened: list[Answers] = []

    def open_door(*answers: Answer) -> Answers:
        opened.append(Answers(*answers))
        return opened[-1]

    yield open_door
    for door in opened:
        door.shutdown()
        door.server_close()


@pytest.fixture(scope="session")
def free_port() -> Callable[[], int]:
    return _free_port


@pytest.fixture(scope="session")
def until() -> Callable[..., Any]:
    return _until


def _open_store(sandbox: str, *, environment: dict[str, str]) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", OPENING, sandbox],
        env=environment,
        input="sandbox-secret",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    opened: dict[str, Any] = json.loads(done.stdout.partition("\nopened ")[2].splitlines()[0])
    return opened


def _somebody_who_agreed(installation: Installation) -> str:
    moment = "2026-01-15T12:00:00+01:00"
    ola = {"id": "1", "email": "ola@example.com"}
    consents = [{"code": "marketing", "granted": True, "at": moment}]
    event = {"id": "ola", "type": "customer.registered", "occurred_at": moment, "customer": ola}
    installation.tell(event | {"consents": consents})
    contact_id: str = _until(lambda: installation.contact("ola@example.com").get("contactId"))
    return contact_id


def _until(found: Callable[[], Any], *, seconds: float = 20.0) -> Any:
    """What `found` gives back, as soon as it is something."""
    end = time.monotonic() + seconds
    while not (result := found()):
        assert time.monotonic() < end, "It did not happen in time."
        time.sleep(0.05)
    return result


def _json_at(address: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:
    """What is answered there; None for nothing and where there is nothing."""
    assert urlsplit(address).hostname == "127.0.0.1"
    content = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address, content, {"Content-Type": "application/json"} | (headers or {}))
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        error.close()
        if error.code != 404:
            raise
        return None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
