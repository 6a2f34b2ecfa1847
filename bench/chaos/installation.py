"""The processes of a run: `ebexo serve`, which is killed and frozen, and a sandbox, which stays."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

START_SECONDS = 60.0
EBEXO = "from ebexo.cli import main; main()"

T = TypeVar("T")
Program = subprocess.Popen[bytes]


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
    return port


@dataclass
class Installation:
    """A data directory in `folder` and the addresses of its programs. `more` goes into the environment of `serve`."""

    folder: Path
    more: Mapping[str, str] = field(default_factory=dict)
    web: str = field(default_factory=lambda: f"127.0.0.1:{free_port()}")
    far: str = field(default_factory=lambda: f"127.0.0.1:{free_port()}")
    others: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    programs: list[Program] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith(("EBEXO_", "DJANGO_"))
        }
        ours = {
            "EBEXO_DATA_DIR": str(self.data),
            "EBEXO_EXTRA_ENDPOINTS": ",".join(f"http://{far}" for far in (self.far, *self.others)),
        }
        return inherited | ours | {"EBEXO_LOG_LEVEL": "WARNING", "EBEXO_FREE_DISK_FLOOR": "1MB"}

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def open_stores(self, endpoints: Sequence[str]) -> None:
        """Tables, and active stores that lead there; their keys are in `keys`. See `bench.chaos.stores`."""
        arguments = [sys.executable, "-m", "bench.chaos.stores", *endpoints]
        done = subprocess.run(arguments, env=self.environment, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            raise RuntimeError(done.stderr)
        self.keys = json.loads(done.stdout)

    def start_sandbox(self, far: str = "") -> Program:
        far = far or self.far
        program = self._start("sandbox", ["-m", "salesmanago_sandbox", "--bind", far])
        self._wait_for(program, f"http://{far}/_sandbox/contacts")
        return program

    def another_far_side(self) -> str:
        """An address that endpoints may have, where nobody listens yet."""
        self.others.append(f"127.0.0.1:{free_port()}")
        return self.others[-1]

    def start_serve(self, *, first: str = "", **more: str) -> Program:
        """`ebexo serve`, once it answers. `first` is Python that runs in the process before anything else."""
        program = self.begin_serve(first=first, **more)
        self._wait_for(program, f"http://{self.web}/livez")
        return program

    def begin_serve(self, *, first: str = "", **more: str) -> Program:
        """`ebexo serve`, without waiting for it."""
        return self._start("serve", ["-c", f"{first}\n{EBEXO}", "serve", "--bind", self.web], **more)

    def _start(self, name: str, arguments: list[str], **more: str) -> Program:
        with (self.folder / f"{name}.log").open("ab") as log:
            program = subprocess.Popen(  # noqa: S603  (our own programs)
                [sys.executable, *arguments],
                env=self.environment | dict(self.more) | more,
                stdout=log,
                stderr=log,
            )
        self.programs.append(program)
        return program

    def _wait_for(self, program: Program, url: str) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            if program.poll() is not None:
                raise RuntimeError(f"{program.args!r} ended with {program.returncode}: see {self.folder}")
            try:
                ask("GET", url)
            except urllib.error.HTTPError as error:  # an answer, too
                error.close()
                return
            except OSError:
                pass
            else:
                return
            time.sleep(0.05)  # between two looks
        raise RuntimeError(f"nobody answers at {url}")

    def backstage(self, method: str, path: str, body: Any = None, *, far: str = "") -> Any:
        """A call to what stands behind the sandbox."""
        return ask(method, f"http://{far or self.far}/_sandbox/{path}", body)

    def fault(self, path: str, fault: str, **more: Any) -> None:
        self.backstage("POST", "faults", {"path": path, "fault": fault, **more})

    def journal(self) -> list[dict[str, Any]]:
        requests: list[dict[str, Any]] = self.backstage("GET", "requests")["requests"]
        return requests

    def end(self) -> None:
        """End what still runs, whatever state it is in."""
        for program in self.programs:
            if program.poll() is None:
                program.send_signal(signal.SIGCONT)
                program.kill()
            program.wait()


def ask(method: str, url: str, body: Any = None, **headers: str) -> Any:
    """The JSON of an answer. Raises OSError where nobody answers, or with an error."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(  # noqa: S310  (loopback)
        url, data=data, method=method, headers={"Content-Type": "application/json"} | headers
    )
    with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310
        text = response.read()
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text.decode()


def until(condition: Callable[[], T], *, seconds: float = 30.0, every: float = 0.05) -> T:
    """What the condition gives, as soon as it is true. Raises AssertionError."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds:g} s; the last look gave {found!r}")
        time.sleep(every)  # between two looks
    return found
