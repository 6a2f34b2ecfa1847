"""Starting and ending the programs of the demo."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

STOP_SECONDS = 12.0
START_SECONDS = 60.0


class CannotStart(Exception):
    """The demo can't start; the text says why in one line."""


def require_free(port: int, *, option: str) -> None:
    """Raises CannotStart if something listens on this port already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise CannotStart(
                f"Port {port} is taken. End what uses it, or choose another one: ebexo demo {option} PORT."
            ) from None


def run_to_end(arguments: Sequence[str], *, environment: Mapping[str, str]) -> str:
    """Run a Python program and give back what it printed. Raises CannotStart with its last line of complaint."""
    done = subprocess.run(
        [sys.executable, *arguments], env=dict(environment), capture_output=True, text=True, check=False
    )
    if done.returncode:
        complaint = (done.stderr.strip().splitlines() or ["no reason was given"])[-1]
        raise CannotStart(f"{' '.join(arguments)} failed: {complaint}")
    return done.stdout.strip()


class Program:
    """A running program with a log file of its own."""

    def __init__(
        self, name: str, arguments: Sequence[str], *, environment: Mapping[str, str], logs: Path
    ) -> None:
        self.name = name
        self.log = logs / f"{name}.log"
        with self.log.open("ab") as output:
            # A session of its own: Ctrl-C reaches the launcher alone, which ends its programs in order.
            self._process = subprocess.Popen(
                [sys.executable, *arguments],
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def wait_until_it_answers(self, url: str) -> None:
        """Return once a GET of `url` is answered with 200. Raises CannotStart."""
        until = time.monotonic() + START_SECONDS
        while not _answers(url):
            if self.has_ended or time.monotonic() > until:
                raise CannotStart(f"The {self.name} did not start; {self.log} says why.")
            time.sleep(0.1)

    def ask_to_end(self) -> None:
        if not self.has_ended:
            self._process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End at once, without any warning to the program."""
        self._process.kill()
        self._process.wait()

    def end(self, *, until: float) -> None:
        """Wait for the end that was asked for; force it when `until` (monotonic) has come."""
        try:
            self._process.wait(timeout=max(until - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            self.kill()


def end_all(programs: Sequence[Program]) -> None:
    """End every program within the time that a person who pressed Ctrl-C is willing to wait."""
    for program in programs:
        program.ask_to_end()
    until = time.monotonic() + STOP_SECONDS
    for program in programs:
        program.end(until=until)


def clean_environment(**changes: str) -> dict[str, str]:
    """The environment of this process without settings meant for another installation, and with `changes`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("EBEXO_", "DJANGO_"))}
    return kept | changes


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310  (an address of our own)
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
