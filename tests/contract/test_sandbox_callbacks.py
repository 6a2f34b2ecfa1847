"""Callbacks to the shop."""

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from salesmanago_sandbox import callbacks

if TYPE_CHECKING:
    from tests.contract.conftest import RunningSandbox

EMAIL = "jan+shop@example.com"
DOI = {"forceOptIn": True, "useApiDoubleOptIn": True}


@dataclass
class Shop:
    url: str = ""
    heard: list[str] = field(default_factory=list)

    def waits_for(self, count: int) -> list[str]:
        until(lambda: len(self.heard) >= count)
        return self.heard


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert condition()


@pytest.fixture
def shop() -> Iterator[Shop]:
    shop = Shop()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            shop.heard.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    shop.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield shop
    server.shutdown()
    thread.join()
    server.server_close()


def set_callbacks(sandbox: "RunningSandbox", shop: Shop) -> None:
    templates = {
        "opt_in": f"{shop.url}/opt-in?email=$email$&key=sha1($email$secret)",
        "opt_out": f"{shop.url}/opt-out?email=$email$&key=sha1($email$secret)",
    }
    answer = sandbox.post("/_sandbox/callbacks", templates)
    assert (answer.status, answer.json) == (201, templates)


def test_confirming_and_unsubscribing_are_told_with_a_hash_of_the_plain_address(
    sandbox: "RunningSandbox", shop: Shop
) -> None:
    set_callbacks(sandbox, shop)
    sandbox.upsert(EMAIL, **DOI)

    sandbox.post(f"/_sandbox/confirm/{EMAIL}")
    sandbox.post(f"/_sandbox/unsubscribe/{EMAIL}")

    key = hashlib.sha1(f"{EMAIL}secret".encode()).hexdigest()
    query = f"email=jan%2Bshop@example.com&key={key}"
    assert shop.waits_for(2) == [f"/opt-in?{query}", f"/opt-out?{query}"]


def test_sent_callbacks_are_logged(sandbox: "RunningSandbox", shop: Shop) -> None:
    sandbox.post("/_sandbox/callbacks", {"opt_out": f"{shop.url}/out?email=$email$"})
    sandbox.upsert(EMAIL, forceOptIn=True)

    sandbox.post(f"/_sandbox/unsubscribe/{EMAIL}")
    until(lambda: bool(sandbox.get("/_sandbox/callbacks")["sent"]))

    (sent,) = sandbox.get("/_sandbox/callbacks")["sent"]
    assert {**sent, "at": None} == {
        "at": None,
        "channel": "opt_out",
        "url": f"{shop.url}/out?email=jan%2Bshop@example.com",
        "status": 200,
        "error": None,
    }
    history = sandbox.contact(EMAIL)["history"]
    assert history[-1]["what"] == "The opt_out callback was answered with 200."


def test_callback_without_an_answer_is_logged_and_not_repeated(sandbox: "RunningSandbox") -> None:
    sandbox.post("/_sandbox/callbacks", {"opt_out": "http://127.0.0.1:1/out?email=$email$"})
    sandbox.upsert(EMAIL, forceOptIn=True)

    sandbox.post(f"/_sandbox/unsubscribe/{EMAIL}")
    until(lambda: bool(sandbox.get("/_sandbox/callbacks")["sent"]))

    (sent,) = sandbox.get("/_sandbox/callbacks")["sent"]
    assert sent["status"] is None
    assert "127.0.0.1:1" in sent["error"]


def test_changes_through_the_api_and_links_in_vain_are_not_told(
    sandbox: "RunningSandbox", shop: Shop
) -> None:
    set_callbacks(sandbox, shop)
    sandbox.upsert(EMAIL, forceOptOut=True)
    sandbox.post(f"/_sandbox/confirm/{EMAIL}")
    sandbox.post(f"/_sandbox/unsubscribe/{EMAIL}")
    sandbox.upsert(EMAIL, forceOptIn=True)
    sandbox.upsert(EMAIL, forceOptOut=True)
    sandbox.upsert("last@example.com", forceOptIn=True)

    sandbox.post("/_sandbox/unsubscribe/last@example.com")

    assert [path.partition("&")[0] for path in shop.waits_for(1)] == ["/opt-out?email=last@example.com"]


def test_callback_can_come_twice(sandbox: "RunningSandbox", shop: Shop) -> None:
    set_callbacks(sandbox, shop)
    sandbox.order_fault("callback_twice", times=1)
    sandbox.upsert(EMAIL, **DOI)

    sandbox.post(f"/_sandbox/confirm/{EMAIL}")
    sandbox.post(f"/_sandbox/unsubscribe/{EMAIL}")

    assert [path.partition("?")[0] for path in shop.waits_for(3)] == ["/opt-in", "/opt-in", "/opt-out"]


def test_callbacks_can_come_in_the_wrong_order(sandbox: "RunningSandbox", shop: Shop) -> None:
    set_callbacks(sandbox, shop)
    assert sandbox.post("/_sandbox/faults", {"fault": "callback_reordered", "times": 1}).status == 201
    sandbox.upsert(EMAIL, **DOI)

    sandbox.post(f"/_sandbox/confirm/{EMAIL}")
    sandbox.post(f"/_sandbox/unsubscribe/{EMAIL}")

    assert [path.partition("?")[0] for path in shop.waits_for(2)] == ["/opt-out", "/opt-in"]


def test_callback_that_nothing_overtakes_comes_in_the_end(
    sandbox: "RunningSandbox", shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callbacks, "LONGEST_HELD_SECONDS", 0.1)
    set_callbacks(sandbox, shop)
    sandbox.order_fault("callback_reordered")
    sandbox.upsert(EMAIL, **DOI)

    sandbox.post(f"/_sandbox/confirm/{EMAIL}")

    assert [path.partition("?")[0] for path in shop.waits_for(1)] == ["/opt-in"]


class TestSwitches:
    def test_changes_through_the_api_may_be_told(self, sandbox: "RunningSandbox", shop: Shop) -> None:
        set_callbacks(sandbox, shop)
        sandbox.post("/_sandbox/switches", {"api_change_callbacks": True})
        sandbox.upsert(EMAIL, forceOptOut=True)
        sandbox.upsert(EMAIL, forcePhoneOptIn=True)

        sandbox.upsert(EMAIL, forceOptIn=True)
        sandbox.upsert(EMAIL, forceOptIn=True)
        sandbox.call("contact/optout", email=EMAIL)

        assert [path.partition("?")[0] for path in shop.waits_for(2)] == ["/opt-in", "/opt-out"]

    def test_changes_of_the_phone_status_may_be_told(self, sandbox: "RunningSandbox", shop: Shop) -> None:
        set_callbacks(sandbox, shop)
        sandbox.post("/_sandbox/switches", {"phone_callbacks": True})
        sandbox.upsert(EMAIL, forceOptIn=True, forcePhoneOptIn=True)

        sandbox.call("contact/phoneoptout", email=EMAIL)

        assert [path.partition("?")[0] for path in shop.waits_for(2)] == ["/opt-in", "/opt-out"]

    def test_address_may_come_raw(self, sandbox: "RunningSandbox", shop: Shop) -> None:
        set_callbacks(sandbox, shop)
        sandbox.post("/_sandbox/switches", {"callback_email": "raw"})
        sandbox.upsert(EMAIL, forceOptIn=True)

        sandbox.post(f"/_sandbox/unsubscribe/{EMAIL}")

        key = hashlib.sha1(f"{EMAIL}secret".encode()).hexdigest()
        assert shop.waits_for(1) == [f"/opt-out?email={EMAIL}&key={key}"]

    def test_failed_callback_may_be_sent_again(
        self, sandbox: "RunningSandbox", monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(callbacks, "RETRY_SECONDS", 0.01)
        sandbox.post("/_sandbox/switches", {"callback_retries": 2})
        sandbox.post("/_sandbox/callbacks", {"opt_out": "http://127.0.0.1:1/out?email=$email$"})
        sandbox.upsert(EMAIL, forceOptIn=True)

        sandbox.post(f"/_sandbox/unsubscribe/{EMAIL}")
        until(lambda: len(sandbox.get("/_sandbox/callbacks")["sent"]) == 3)

        assert [sent["status"] for sent in sandbox.get("/_sandbox/callbacks")["sent"]] == [None] * 3


def test_callback_about_an_erased_contact_brings_nobody_back(
    sandbox: "RunningSandbox", shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callbacks, "LONGEST_HELD_SECONDS", 0.2)
    set_callbacks(sandbox, shop)
    sandbox.order_fault("callback_reordered", times=1)
    sandbox.upsert(EMAIL, forceOptIn=True)
    sandbox.post(f"/_sandbox/unsubscribe/{EMAIL}")

    sandbox.call("contact/delete", email=EMAIL, permanently=True)
    shop.waits_for(1)
    until(lambda: bool(sandbox.get("/_sandbox/callbacks")["sent"]))

    assert sandbox.get("/_sandbox/feed")["contacts"] == []
