"""How fast store events are accepted: `python -m bench.ingest`, see `bench/README.md`."""

import argparse
import asyncio
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp

PEOPLE = 1_000
LIST = 100
LISTS_AT_ONCE = 4
EVENTS = "/api/v1/events"
_numbers = count()


@dataclass(frozen=True)
class Door:
    """Where the server is, the key of its one store, and the number of its process."""

    url: str
    key: str
    process: int


@dataclass(frozen=True)
class Round:
    """Calls answered a second, and milliseconds of processor time that the server took for each."""

    rate: float
    cost: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=1.5, help="of each round")
    parser.add_argument("--connections", type=int, default=16)
    options = parser.parse_args()
    with _server() as door:
        asyncio.run(_measure(door, options))


async def _measure(door: Door, options: argparse.Namespace) -> None:
    connector = aiohttp.TCPConnector(limit=options.connections)
    headers = {"Authorization": f"Bearer {door.key}", "Content-Type": "application/json"}
    async with aiohttp.ClientSession(door.url, connector=connector, headers=headers) as session:

        def a_round(ask: Callable[[], Awaitable[None]], connections: int) -> Awaitable[Round]:
            return _round(ask, seconds=options.seconds, connections=connections, process=door.process)

        for _ in range(PEOPLE // LIST):
            await _list(session)
        bare, single, lists = [], [], []
        for _ in range(options.rounds):
            bare.append(await a_round(lambda: _post(session, "/bare", _event()), options.connections))
            single.append(await a_round(lambda: _post(session, EVENTS, _event()), options.connections))
            lists.append(await a_round(lambda: _list(session), LISTS_AT_ONCE))
    pairs = list(zip(single, bare, strict=True))
    _show("bare view, requests/s", [one.rate for one in bare])
    _show("ingest_single, events/s", [one.rate for one in single])
    _show("ingest_single, ratio", [ours.rate / theirs.rate for ours, theirs in pairs], digits=2)
    _show("ingest_lists, events/s", [LIST * one.rate for one in lists])
    _show("bare view, ms of processor", [one.cost for one in bare], digits=3)
    _show("ingest_single, ms of processor", [one.cost for one in single], digits=3)
    _show("ingest_single, ratio of these", [theirs.cost / ours.cost for ours, theirs in pairs], digits=2)
    _show("ingest_lists, ms of processor", [one.cost / LIST for one in lists], digits=3)


async def _round(
    ask: Callable[[], Awaitable[None]], *, seconds: float, connections: int, process: int
) -> Round:
    """So many askers, who ask again as soon as they are answered."""
    started, worked, answered = time.monotonic(), _processor_seconds(process), 0

    async def go_on_asking() -> None:
        nonlocal answered
        while time.monotonic() < started + seconds:
            await ask()
            answered += 1

    await asyncio.gather(*(go_on_asking() for _ in range(connections)))
    cost = (_processor_seconds(process) - worked) / answered
    return Round(answered / (time.monotonic() - started), cost * 1000)


def _processor_seconds(process: int) -> float:
    """Of all threads of the process so far; fields 14 and 15 of proc(5)."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _post(session: aiohttp.ClientSession, path: str, told: dict[str, Any]) -> None:
    async with session.post(path, data=json.dumps(told)) as response:
        answer = await response.json()
    if response.status != 202 or answer["rejected"] or answer["duplicates"]:
        raise RuntimeError(f"{path} answered {response.status}: {answer}")


async def _list(session: aiohttp.ClientSession) -> None:
    await _post(session, EVENTS, {"events": [_event() for _ in range(LIST)]})


def _event() -> dict[str, Any]:
    """A change of one of a thousand people, all of whom are known after the first lists."""
    number = next(_numbers)
    person = number % PEOPLE
    return {
        "id": f"event-{number}",
        "type": "customer.updated",
        "occurred_at": "2025-11-23T10:00:00+01:00",
        "customer": {
            "id": str(person),
            "email": f"person-{person}@example.com",
            "first_name": "Jan",
            "last_name": "Kowalski",
            "phone": "+48600100200",
        },
    }


@contextmanager
def _server() -> Iterator[Door]:
    port = _free_port()
    with tempfile.TemporaryDirectory(prefix="ebexo-bench-") as folder:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("EBEXO_")}
        server = subprocess.Popen(  # noqa: S603  (our own program)
            [sys.executable, "-m", "bench.server", str(port)],
            env=environment | {"EBEXO_DATA_DIR": folder},
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            key = server.stdout.readline().strip() if server.stdout else ""
            _wait_for(port)
            yield Door(f"http://127.0.0.1:{port}", key, server.pid)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(30)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port


def _wait_for(port: int) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the server did not start")


def _show(name: str, values: list[float], *, digits: int = 0) -> None:
    low, middle, high = min(values), statistics.median(values), max(values)
    print(f"{name:30} {middle:8.{digits}f}   ({low:.{digits}f} to {high:.{digits}f} in {len(values)} rounds)")


if __name__ == "__main__":
    main()
