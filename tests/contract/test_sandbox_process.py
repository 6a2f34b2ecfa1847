"""The sandbox as a process of its own."""

import http.client
import re
import signal
import socket
import subprocess
import sys
import time

import pytest

from salesmanago_sandbox.__main__ import main

COMMAND = [sys.executable, "-m", "salesmanago_sandbox", "--bind"]


def started(bind: str) -> tuple[subprocess.Popen[str], int]:
    process = subprocess.Popen([*COMMAND, bind], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout
    line = process.stdout.readline()
    address = re.fullmatch(r"SALESmanago sandbox: http://127\.0\.0\.1:(\d+)\n", line)
    assert address, line
    return process, int(address[1])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_sandbox_says_where_it_listens_and_ends_at_once(number: signal.Signals) -> None:
    process, port = started("127.0.0.1:0")
    # A connection left open must not hold up the end.
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/_sandbox/requests")
    answer = connection.getresponse().read()
    signalled_at = time.monotonic()

    process.send_signal(number)
    rest, errors = process.communicate(timeout=5)

    connection.close()
    assert answer == b'{"requests":[]}'
    assert time.monotonic() - signalled_at < 3  # as quickly as a busy machine lets it
    assert (process.returncode, rest, errors) == (0, "", "")


def test_taken_port_is_told_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = subprocess.run([*COMMAND, f"127.0.0.1:{port}"], capture_output=True, text=True, check=False)

    assert (ended.returncode, ended.stdout) == (1, "")
    assert re.fullmatch(rf"The sandbox cannot listen on 127\.0\.0\.1:{port}: .*\n", ended.stderr)


@pytest.mark.parametrize("bind", ["8090", "127.0.0.1:", "127.0.0.1:99999", ":8090"])
def test_unreadable_address_is_refused(
    bind: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["salesmanago_sandbox", "--bind", bind])

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 2
    assert "is not HOST:PORT" in capsys.readouterr().err
