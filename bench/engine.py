"""Does a store in trouble slow down the others? `python -m bench.engine`, see `bench/README.md`.

How long from accepting an event to its delivery, for stores with a working far side; alone, and beside one whose far
side is down, one whose far side hangs, and one with very many waiting. The limit of ten calls a second is lifted, so
that the store with very many takes all it can get.
"""

import argparse
import asyncio
import random
import sqlite3
import statistics
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bench import NOBODY_LISTENS, million
from bench.chaos.installation import Installation
from bench.rows import Figures, parser, row, spread, tell


def main() -> None:
    options = parser("bench.engine", __doc__)
    options.add_argument("--stores", type=int, default=50)
    options.add_argument("--waiting", type=int, default=100_000)
    options.add_argument("--rounds", type=int, default=2)
    options.add_argument("--seconds", type=float, default=20, help="of each load")
    options.add_argument("--rate", type=float, default=30, help="events a second, over all good stores")
    chosen = options.parse_args()
    tell(figures(chosen), chosen)


def figures(options: argparse.Namespace) -> Figures:
    """`noisy_neighbours`."""
    plan = Plan(options.stores, options.waiting, options.seconds, options.rate)
    rounds = [fairness(plan) for _ in range(options.rounds)]
    alone, beside = [one.p99 for one, _ in rounds], [one.p99 for _, one in rounds]
    ratios = [two.p99 / one.p99 for one, two in rounds]
    return Figures(
        [
            row(
                "noisy_neighbours",
                statistics.median(beside),
                "ms",
                against=f"the same stores without the bad three: {statistics.median(alone):,.0f} ms",
                ratio=statistics.median(ratios),
            )
        ],
        {
            "noisy_neighbours": f"{options.rounds} rounds of {options.seconds:g} s with {options.rate:g} events a "
            f"second over {plan.stores - 3} good stores, {plan.waiting:,} waiting in the busy one; p99 from accepted "
            f"to delivered, ratio {spread(ratios)}; beside them {spread(beside, 'ms')}, without {spread(alone, 'ms')}; "
            f"medians {spread([one.p50 for _, one in rounds], 'ms')} and "
            f"{spread([one.p50 for one, _ in rounds], 'ms')}; the stores' limit of 10 calls a second is lifted"
        },
    )


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
        million.fill(folder, rows, NOBODY_LISTENS)
        return million.claim(folder)


if __name__ == "__main__":
    main()
