"""The state file: a sandbox that is restarted knows what it knew."""

import http.client
import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from salesmanago_sandbox.jobs import FIRST_REQUEST_ID
from salesmanago_sandbox.sandbox import Sandbox
from salesmanago_sandbox.state import StateError, StateFile

if TYPE_CHECKING:
    from tests.contract.conftest import RunningSandbox

COMMAND = [sys.executable, "-m", "salesmanago_sandbox", "--bind", "127.0.0.1:0"]
KEPT = ("contacts", "events", "requests", "warnings", "findings", "visits", "callbacks", "switches")


RICH = {
    "contact": {"email": "jan@example.com", "name": "Jan Żółw", "address": {"city": "Kraków"}},
    "tags": ["vip"],
    "properties": {"group": "retail"},
    "dictionaryProperties": [{"name": "orders", "type": "NUMBER", "value": "3"}],
    "birthday": "0317",
    "consentDetails": [{"consentName": "terms", "consentAccept": True, "agreementDate": 1}],
    "forceOptIn": True,
    "useApiDoubleOptIn": True,
}
CART = {
    "email": "jan@example.com",
    "contactEvent": {"date": 1767261600000, "contactExtEventType": "CART", "value": 189.5},
}


@contextmanager
def process(state: Path, *, end: signal.Signals = signal.SIGTERM) -> Iterator[int]:
    """The port of a sandbox that remembers in `state`, ended by the signal."""
    command = [*COMMAND, "--state", str(state)]
    started = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert started.stdout
    address = re.search(r":(\d+)\n", started.stdout.readline())
    assert address
    try:
        yield int(address[1])
    finally:
        started.send_signal(end)
        _, errors = started.communicate(timeout=10)
    assert errors == ""


def ended(state: Path) -> tuple[int, str, str]:
    """What a sandbox says that does not start."""
    command = [*COMMAND, "--state", str(state)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=10)
    return done.returncode, done.stdout, done.stderr


def ask(port: int, method: str, path: str, body: Any = None) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request(method, path, body=None if body is None else json.dumps(body))
    answer = connection.getresponse().read()
    connection.close()
    return answer


def seen(port: int) -> dict[str, Any]:
    return {name: json.loads(ask(port, "GET", f"/_sandbox/{name}")) for name in KEPT}


def test_restarted_sandbox_knows_what_it_knew(tmp_path: Path, sandbox: "RunningSandbox") -> None:
    state = tmp_path / "state.json"
    account = {"clientId": "shop-2", "apiSecret": "secret-2", "owners": ["owner@shop.example"]}
    with process(state) as port:
        ask(port, "POST", "/_sandbox/accounts", account)
        ask(port, "POST", "/_sandbox/callbacks", {"opt_in": "http://127.0.0.1:1/?e=$email$"})
        ask(port, "POST", "/_sandbox/switches", {"callback_email": "raw"})
        ask(port, "POST", "/api/contact/upsert", sandbox.credentials(**RICH))
        ask(port, "POST", "/api/contact/upsert", sandbox.credentials(contact={"email": "a@b.example"}))
        ask(port, "POST", "/api/contact/addContactExtEvent", sandbox.credentials(**CART))
        ask(port, "POST", "/api/contact/upsert", {"broken": [[1.5, None]]})
        ask(port, "GET", "/api/r.gif?smid=sandbox-client&uri=http://shop.example/")
        before = seen(port)

    with process(state) as port:
        after = seen(port)
        owners = json.loads(ask(port, "POST", "/_sandbox/accounts", {"clientId": "shop-2"}))["owners"]
        again = json.loads(ask(port, "POST", "/api/contact/upsert", sandbox.credentials(**RICH)))
        feed = json.loads(ask(port, "GET", "/_sandbox/feed"))

    assert after == before
    contacts = before["contacts"]["contacts"]
    assert [contact["email"] for contact in contacts] == ["jan@example.com", "a@b.example"]
    assert [event["value"] for event in before["events"]["events"]] == [189.5]
    assert owners == ["owner@shop.example"]
    assert again["contactId"] == contacts[0]["contactId"]
    assert [contact["email"] for contact in feed["contacts"]] == ["jan@example.com", "a@b.example"]
    assert (state.stat().st_mode & 0o777, list(tmp_path.iterdir())) == (0o600, [state])


def test_what_was_promised_for_later_is_done_before_the_end(
    tmp_path: Path, sandbox: "RunningSandbox"
) -> None:
    state = tmp_path / "state.json"
    items = [{"contact": {"email": "late@example.com"}, "forceOptOut": True}]
    with process(state) as port:
        ask(port, "POST", "/_sandbox/switches", {"async_delay": 60})
        ask(port, "POST", "/api/contact/batchupsertv2", sandbox.credentials(upsertDetails=items))
        before = seen(port)["contacts"]["contacts"]

    with process(state) as port:
        after = seen(port)["contacts"]["contacts"]
        job = json.loads(ask(port, "GET", f"/_sandbox/jobs/{FIRST_REQUEST_ID}"))

    assert (before, [contact["email"] for contact in after]) == ([], ["late@example.com"])
    assert (job["done"], [result["problem"] for result in job["results"]]) == (True, [None])


def test_killed_sandbox_has_written_within_about_a_second(tmp_path: Path, sandbox: "RunningSandbox") -> None:
    state = tmp_path / "state.json"
    with process(state, end=signal.SIGKILL) as port:
        ask(
            port,
            "POST",
            "/api/contact/upsert",
            {**sandbox.credentials(), "contact": {"email": "a@b.example"}},
        )
        deadline = time.monotonic() + 5
        while b"a@b.example" not in state.read_bytes() and time.monotonic() < deadline:
            time.sleep(0.05)

    assert b"a@b.example" in state.read_bytes()


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"format": 2}', '{"contacts": [{"email": "jan@example.com"}]}', '{"visits": 7}']
)
def test_broken_file_is_refused_and_left_as_it_is(tmp_path: Path, text: str) -> None:
    state = tmp_path / "state.json"
    state.write_text(text)

    with pytest.raises(StateError) as problem:
        StateFile(state, Sandbox()).read()

    assert str(problem.value).startswith(f"The state file {state} is not readable (")
    assert "\n" not in str(problem.value)
    assert state.read_text() == text


def test_sandbox_with_a_broken_file_does_not_start(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    state.write_text("{")

    code, said, problem = ended(state)

    assert (code, said, problem.count("\n")) == (1, "", 1)
    assert problem.startswith(f"The state file {state} is not readable")
    assert state.read_text() == "{"


def test_sandbox_that_cannot_write_its_file_does_not_start(tmp_path: Path) -> None:
    state = tmp_path / "nowhere" / "state.json"

    code, said, problem = ended(state)

    assert (code, said) == (1, "")
    assert problem == f"The state file {state} cannot be written: No such file or directory.\n"


def test_nothing_is_written_when_nothing_changed(tmp_path: Path) -> None:
    state, sandbox = tmp_path / "state.json", Sandbox()
    file = StateFile(state, sandbox)
    file.write()
    state.unlink()

    file.write()
    untouched = state.exists()
    sandbox.changed()
    file.write()

    assert (untouched, state.exists()) == (False, True)


def test_slow_writing_makes_the_pauses_longer(tmp_path: Path) -> None:
    moments = iter([0.0, 0.01, 10.0, 10.5])
    sandbox = Sandbox()
    file = StateFile(tmp_path / "state.json", sandbox, clock=lambda: next(moments))

    file.write()
    quick = file.pause
    sandbox.changed()
    file.write()

    assert (quick, file.pause) == (1.0, 5.0)
