"""Does a store in trouble slow down the others, and does a claim grow with what waits? `python -m bench.engine`.

- Fairness: how long from accepting an event to its delivery, for stores with a working far side; alone, and beside one
  whose far side is down, one whose far side hangs, and one with very many waiting. The limit of ten calls a second is
  lifted, so that the store with very many takes all it can get.
- Claim: the time of one claim, with a million messages waiting and with a thousand.
- Memory: what a process has resident that sends while a million messages wait.
"""

import argparse
import asyncio
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bench.chaos.installation import Installation
from bench.delivery import _vendor as vendor_at

GOAL = 1.5
MEGABYTES = 400
NOBODY = "http://127.0.0.1:1"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.engine", description=__doc__)
    parser.add_argument("--stores", type=int, default=50)
    parser.add_argument("--waiting", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=30, help="of each load")
    parser.add_argument("--rate", type=float, default=20, help="events a second, over all good stores")
    parser.add_argument("--rows", type=int, default=1_000_000)
    options = parser.parse_args()
    plan = Plan(options.stores, options.waiting, options.seconds, options.rate)
    alone, beside = fairness(plan)
    print(
        f"p50, p99 of the good stores alone:  {alone.p50:6.0f} ms {alone.p99:6.0f} ms   ({alone.events} events)"
    )
    print(
        f"p50, p99 beside the bad three:      {beside.p50:6.0f} ms {beside.p99:6.0f} ms   ({beside.events} events)"
    )
    print(f"noisy_neighbours {beside.p99 / alone.p99:.2f} (goal: at most {GOAL})")
    few, many = claims(1000), claims(options.rows)
    print(f"claim with 1,000 waiting {few:.2f} ms, with {options.rows:,} {many:.2f} ms")
    print(f"claim_million {many / few:.2f} (goal: at most {GOAL})")
    megabytes = memory(options.rows, seconds=options.seconds)
    print(f"memory_million_mb {megabytes:.0f} (goal: less than {MEGABYTES})")


@dataclass(frozen=True)
class Plan:
    stores: int
    waiting: int
    seconds: float
    rate: float


@dataclass(frozen=True)
class Delays:
    """Milliseconds from accepting to delivery."""

    events: int
    p50: float
    p99: float


def fairness(plan: Plan) -> tuple[Delays, Delays]:
    """The delays of the good stores alone, and beside three bad ones."""
    return _measured(plan, with_bad=False), _measured(plan, with_bad=True)


def _measured(plan: Plan, *, with_bad: bool) -> Delays:
    with tempfile.TemporaryDirectory(prefix="ebexo-engine-") as folder:
        installation = Installation(Path(folder))
        dead, hanging, busy = (installation.another_far_side() for _ in range(3))
        bad = (
            [f"http://{dead}#50", f"http://{hanging}#50", f"http://{busy}#{plan.waiting}"] if with_bad else []
        )
        try:
            installation.start_sandbox()
            installation.start_sandbox(busy)
            installation.start_sandbox(hanging)
            installation.backstage(
                "POST", "faults", {"path": "/api/", "fault": "hang", "seconds": 60}, far=hanging
            )
            installation.open_stores([*bad, *[f"http://{installation.far}"] * (plan.stores - 3)])
            installation.start_serve()
            asyncio.run(_load(installation, installation.keys[len(bad) :], plan))
            return _delays(installation, first_good=len(bad) + 1)
        finally:
            installation.end()


async def _load(installation: Installation, keys: list[str], plan: Plan) -> None:
    """Each good store tells something now and then, by chance, of one of a hundred people."""
    chance = random.Random(1)  # noqa: S311  (repeatable)
    until = time.monotonic() + plan.seconds
    async with aiohttp.ClientSession() as session:

        async def tell(shop: int, key: str) -> None:
            number = 0
            while time.monotonic() < until:
                await asyncio.sleep(chance.expovariate(plan.rate / len(keys)))
                number += 1
                event = {
                    "id": f"good-{number}",
                    "type": "customer.updated",
                    "occurred_at": "2026-01-01T10:00:00Z",
                    "customer": {
                        "email": f"good-{shop}-{chance.randrange(100)}@example.com",
                        "company": str(number),
                    },
                }
                url, headers = f"http://{installation.web}/api/v1/events", {"Authorization": f"Bearer {key}"}
                async with session.post(url, json=event, headers=headers) as response:
                    response.raise_for_status()

        await asyncio.gather(*(tell(shop, key) for shop, key in enumerate(keys)))


def _delays(installation: Installation, *, first_good: int) -> Delays:
    """Of what was accepted in the last run, once it is all delivered. Read from our own tables: it is our own clock."""
    address = f"file:{installation.data / 'ebexo.sqlite3'}?mode=ro"
    with closing(sqlite3.connect(address, uri=True, timeout=20)) as connection:
        waiting = (
            f"SELECT COUNT(*) FROM ebexo_outbox_message WHERE store_id >= {first_good} AND done_at IS NULL"  # noqa: S608
        )
        until = time.monotonic() + 60
        while connection.execute(waiting).fetchone()[0] and time.monotonic() < until:
            time.sleep(0.2)
        taken = (
            "SELECT (julianday(done_at) - julianday(accepted_at)) * 86400000 FROM ebexo_outbox_message"  # noqa: S608
            f" WHERE store_id >= {first_good} AND state = 'delivered'"
        )
        found = sorted(row[0] for row in connection.execute(taken))
    return Delays(len(found), statistics.median(found), found[int(0.99 * len(found))])


def claims(rows: int) -> float:
    """The median time of a claim in milliseconds, with so many messages waiting."""
    with tempfile.TemporaryDirectory(prefix="ebexo-engine-") as folder:
        _waiting(folder, "fill", rows, NOBODY)
        return float(_waiting(folder, "claim"))


def memory(rows: int, *, seconds: float) -> float:
    """Megabytes that a process has resident at most which sends for so long, with so many messages waiting."""
    with tempfile.TemporaryDirectory(prefix="ebexo-engine-") as folder, vendor_at(20) as url:
        _waiting(folder, "fill", rows, url)
        return float(_waiting(folder, "drain", seconds))


def _waiting(folder: str, *arguments: object) -> str:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("EBEXO_")}
    done = subprocess.run(  # noqa: S603  (our own program)
        [sys.executable, "-m", "bench.many_waiting", *map(str, arguments)],
        env=inherited | {"EBEXO_DATA_DIR": folder},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout


if __name__ == "__main__":
    main()
