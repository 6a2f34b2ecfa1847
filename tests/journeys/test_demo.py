"""`make demo`, as somebody meets it who has just cloned the project."""

import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from demo.processes import clean_environment

ENDED_WITHIN = 15


@contextmanager
def demo(data: Path, ports: list[int], *options: str) -> Iterator[list[str]]:
    """The demo, once it says that it runs; gives what it printed. Ended by Ctrl-C, and it must do so in time."""
    names = ("--shop-port", "--panel-port", "--sandbox-port")
    chosen = [text for name, port in zip(names, ports, strict=True) for text in (name, str(port))]
    process = subprocess.Popen(
        [sys.executable, "-c", "from ebexo.cli import main; main()", "demo", *chosen, *options],
        env=clean_environment(EBEXO_DATA_DIR=str(data)) | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout
    printed = []
    for line in process.stdout:
        printed.append(line.rstrip("\n"))
        if "Ctrl-C" in line:
            break
    try:
        yield printed
    finally:
        asked_at = time.monotonic()
        process.send_signal(signal.SIGINT)
        process.communicate()
        assert time.monotonic() - asked_at < ENDED_WITHIN
        assert process.returncode == 0


@pytest.fixture
def ports() -> list[int]:
    with socket.socket() as one, socket.socket() as two, socket.socket() as three:
        for probe in (one, two, three):
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in (one, two, three)]


def addresses(printed: list[str]) -> list[str]:
    return [found[1] for line in printed if (found := re.search(r" (http://127\.0\.0\.1:\d+/\S*)$", line))]


def status(url: str) -> int:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return int(answer.status)


@pytest.mark.long
def test_demo_prints_addresses_that_answer_and_keeps_its_data(tmp_path: Path, ports: list[int]) -> None:
    with demo(tmp_path / "data", ports) as printed:
        first = addresses(printed)
        assert len(first) == 3
        assert [status(url) for url in first] == [200, 200, 200]
    stores = (tmp_path / "data" / "ebexo.sqlite3").stat().st_ino

    started = time.monotonic()
    with demo(tmp_path / "data", ports) as printed:
        took = time.monotonic() - started
        assert addresses(printed) == first

    assert took < 25
    assert (tmp_path / "data" / "ebexo.sqlite3").stat().st_ino == stores


def test_taken_port_is_said_in_one_line(tmp_path: Path, ports: list[int]) -> None:
    with socket.create_server(("127.0.0.1", ports[1])):
        done = subprocess.run(
            [sys.executable, "-c", "from ebexo.cli import main; main()", "demo", "--panel-port", str(ports[1]),
             "--shop-port", str(ports[0]), "--sandbox-port", str(ports[2])],
            env=clean_environment(EBEXO_DATA_DIR=str(tmp_path / "data")),
            capture_output=True,
            text=True,
            check=False,
        )  # fmt: skip

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"ebexo: Port {ports[1]} is taken. End what uses it, or choose another one: ebexo demo --panel-port PORT.\n"
    )


def test_reset_leaves_a_folder_alone_that_is_not_the_demos(tmp_path: Path, ports: list[int]) -> None:
    precious = tmp_path / "data" / "letters.txt"
    precious.parent.mkdir()
    precious.write_text("Dear Jan")

    done = subprocess.run(
        [sys.executable, "-c", "from ebexo.cli import main; main()", "demo", "--reset", "--panel-port", str(ports[1]),
         "--shop-port", str(ports[0]), "--sandbox-port", str(ports[2])],
        env=clean_environment(EBEXO_DATA_DIR=str(tmp_path / "data")),
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip

    assert done.returncode == 1
    assert precious.read_text() == "Dear Jan"
