"""How fast store events are accepted: `python -m bench.ingest`, see `bench/README.md`."""

import argparse
import asyncio
import json
import os
import signal
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

from bench.ports import free_port, wait_for
from bench.rows import Figures, parser, row, spread, tell

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


@dataclass(frozen=True)
class Measured:
    """The rounds of the view that only answers, of single events and of lists, side by side."""

    bare: list[Round]
    single: list[Round]
    lists: list[Round]


def main() -> None:
    options = parser("bench.ingest", __doc__)
    options.add_argument("--rounds", type=int, default=7)
    options.add_argument("--seconds", type=float, default=1.5, help="of each round")
    options.add_argument("--connections", type=int, default=16)
    chosen = options.parse_args()
    tell(figures(chosen), chosen)


def figures(options: argparse.Namespace) -> Figures:
    """`ingest_single` and `ingest_lists`."""
    with _server() as door:
        found = asyncio.run(_measure(door, options))
    pairs = list(zip(found.single, found.bare, strict=True))
    ratios = [ours.rate / theirs.rate for ours, theirs in pairs]
    computed = [theirs.cost / ours.cost for ours, theirs in pairs]
    single, bare = [one.rate for one in found.single], [one.rate for one in found.bare]
    lists = [LIST * one.rate for one in found.lists]
    return Figures(
        [
            row(
                "ingest_single",
                statistics.median(single),
                "events/s",
                against=f"a view that only answers: {statistics.median(bare):,.0f} requests/s",
                ratio=statistics.median(ratios),
            ),
            row("ingest_lists", statistics.median(lists), "events/s"),
        ],
        {
            "ingest_single": f"{options.rounds} rounds; ratio {spread(ratios)}; ours {spread(single, 'events/s')}; "
            f"the view {spread(bare)}; the server computed {spread([one.cost for one in found.single], 'ms')} an "
            f"event, for the view {spread([one.cost for one in found.bare], 'ms')}, ratio {spread(computed)}",
            "ingest_lists": f"{options.rounds} rounds; {spread(lists, 'events/s')}, {LISTS_AT_ONCE} lists of {LIST} at "
            f"once; the server computed {spread([one.cost / LIST for one in found.lists], 'ms')} an event",
        },
    )


async def _measure(door: Door, options: argparse.Namespace) -> Measured:
    connector = aiohttp.TCPConnector(limit=options.connections)
    headers = {"Authorization": f"Bearer {door.key}", "Content-Type": "application/json"}
    async with aiohttp.ClientSession(door.url, connector=connector, headers=headers) as session:
        asking: list[tuple[Callable[[], Awaitable[None]], int]] = [
            (lambda: _post(session, "/bare", _event()), options.connections),
            (lambda: _post(session, EVENTS, _event()), options.connections),
            (lambda: _list(session), LISTS_AT_ONCE),
        ]
        for _ in range(PEOPLE // LIST):
            await _list(session)
        found: list[list[Round]] = [[], [], []]
        for number in range(-1, options.rounds):  # the first one warms up
            for which in ((number + place) % 3 for place in range(3)):
                ask, connections = asking[which]
                taken = await _round(
                    ask, seconds=options.seconds, connections=connections, process=door.process
                )
                found[which] += [taken] if number >= 0 else []
    return Measured(*found)


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
    port = free_port()
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
            wait_for(port)
            yield Door(f"http://127.0.0.1:{port}", key, server.pid)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(30)


if __name__ == "__main__":
    main()
