"""The door of a worker, and whose word on where a call came from is believed."""

from ipaddress import ip_network
from typing import Any

import pytest

from ebexo.client_address import FORWARDED, WAS_FORWARDED, believed
from ebexo.operations.observing.door import CannotOpen, open_door, probes_of

CALL: dict[str, Any] = {"PATH_INFO": "/livez", "REMOTE_ADDR": "10.0.0.5", "HTTP_HOST": "10.0.0.21:9101"}


@pytest.fixture
def through() -> Any:
    """What the application behind the door is shown of a call, and what the caller is answered."""

    def sent(call: dict[str, Any]) -> tuple[dict[str, Any] | None, list[str], bytes]:
        shown: list[dict[str, Any]] = []
        started: list[str] = []

        def application(seen: dict[str, Any], start: Any) -> list[bytes]:
            shown.append(seen)
            start("200 OK", [])
            return [b"told"]

        answer = probes_of(application)(call, lambda status, headers: started.append(status))
        return (shown[0] if shown else None), started, b"".join(answer)

    return sent


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics"])
def test_a_worker_answers_the_probes(through: Any, path: str) -> None:
    shown, started, answer = through(CALL | {"PATH_INFO": path})

    assert (shown, started, answer) == (CALL | {"PATH_INFO": path}, ["200 OK"], b"told")


@pytest.mark.parametrize("path", ["/", "/panel/login/", "/api/v1/events", "/livez/", "/metrics/.."])
def test_a_worker_answers_nothing_else(through: Any, path: str) -> None:
    shown, started, answer = through(CALL | {"PATH_INFO": path})

    assert (shown, started, answer) == (None, ["404 Not Found"], b"Here are /livez, /readyz and /metrics.\n")


def test_a_worker_believes_nobody_on_where_a_call_came_from(through: Any) -> None:
    shown, _, _ = through(CALL | {"HTTP_X_FORWARDED_FOR": "127.0.0.1", "REMOTE_ADDR": "127.0.0.1"})

    assert shown == CALL | {"REMOTE_ADDR": "127.0.0.1", WAS_FORWARDED: True}


@pytest.mark.parametrize("name", FORWARDED)
def test_a_trusted_proxy_is_believed_and_nobody_else(name: str) -> None:
    call = CALL | {name: "127.0.0.1"}

    assert believed(call, [ip_network("10.0.0.0/8")]) == call
    assert believed(call, [ip_network("10.0.0.6/32")]) == CALL | {WAS_FORWARDED: True}
    assert believed(CALL, []) == CALL


def test_nobody_outside_can_say_that_a_call_was_not_forwarded() -> None:
    assert not WAS_FORWARDED.startswith("HTTP_")  # as a header would


def test_a_taken_address_is_told_in_one_line() -> None:
    port = open_door(lambda call, start: [], host="127.0.0.1", port=0)

    with pytest.raises(CannotOpen) as error:
        open_door(lambda call, start: [], host="127.0.0.1", port=port)

    assert str(error.value) == f"The address 127.0.0.1:{port} can't be used: Address already in use."
