"""One run: a load, a far side full of faults, kills and pauses; then everything is let arrive, and judged."""

import asyncio
import contextlib
import random
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.chaos.checker import Findings, check
from bench.chaos.cluster import Cluster, Trouble, make_trouble
from bench.chaos.installation import Installation, Program
from bench.chaos.load import Load

CALL_SECONDS, LEASE_SECONDS, LOOK_AFTER_SECONDS = 1.0, 3.0, 0.3
SWEEP_SECONDS = 2.0
"""Of workers on PostgreSQL."""
SHARE_OF_FAULTS = 0.15
FAULTS: tuple[dict[str, Any], ...] = (
    {"fault": "status", "status": 500},
    {"fault": "status", "status": 503},
    {"fault": "html", "status": 502},
    {"fault": "empty"},
    {"fault": "bad_json"},
    {"fault": "hang", "seconds": 3},
    {"fault": "hang", "seconds": 3, "applied": False},
    {"fault": "drip", "seconds": 3},
    {"fault": "reset_before"},
    {"fault": "reset_after"},
    {"fault": "retry_after", "seconds": 1, "status": 429},
    {"fault": "latency", "seconds": 0.3},
)
"""Each is met by the same share of the calls."""

AS_IT_SHOULD_BE = ("delivered", "superseded", "withheld (return_exceeds_purchase)")
"""What may become of an event; the shops do tell returns of more than was bought."""

Say = Callable[[str], None]


@dataclass
class Plan:
    """How long and how hard. The same `seed` gives the same schedule, though not the same run."""

    seconds: float
    seed: int = 1
    stores: int = 6
    persons: int = 30
    pause_between_events: float = 1.5
    drain_seconds: float = 240.0
    database: str = "sqlite"


@dataclass
class Report:
    events: int = 0
    kills: int = 0
    pauses: int = 0
    stops: int = 0
    findings: Findings = field(default_factory=Findings)
    refused: list[str] = field(default_factory=list)
    left: str = ""
    calls: int = 0
    drained_in: float = 0.0

    @property
    def is_good(self) -> bool:
        return self.findings.are_none and not self.refused and not self.left and self.events > 0

    def line(self) -> str:
        found = self.findings
        return (
            f"{self.events} events, {self.calls} calls, {self.kills} kills, {self.pauses} pauses, "
            f"{self.stops} stops of the database: {len(found.lost)} lost, "
            f"{len(found.out_of_order)} out of order, {len(found.stale)} stale re-sends, "
            f"{len(found.duplicates)} duplicate steps of orders, {len(found.impossible)} impossible ones; "
            f"drained in {self.drained_in:.0f} s."
        )


def run(plan: Plan, *, folder: Path, say: Say = print) -> Report:
    """Everything, from empty tables to the judgement."""
    timings = {
        "EBEXO_CALL_SECONDS": str(CALL_SECONDS),
        "EBEXO_LEASE_SECONDS": str(LEASE_SECONDS),
        "EBEXO_LOOK_AFTER_SECONDS": str(LOOK_AFTER_SECONDS),
        "EBEXO_SWEEP_SECONDS": str(SWEEP_SECONDS),
    }
    made = Cluster if plan.database == "postgresql" else Installation
    installation = made(folder, more=timings)
    try:
        installation.start_sandbox()
        installation.open_stores([f"http://{installation.far}"] * plan.stores)
        return asyncio.run(_run(plan, installation, say))
    finally:
        installation.end()


async def _run(plan: Plan, installation: Installation, say: Say) -> Report:
    report = Report()
    for fault in FAULTS:
        installation.fault("/api/", fault["fault"], **_but_name(fault), rate=SHARE_OF_FAULTS / len(FAULTS))
    load = Load(
        f"http://{installation.web}",
        installation.keys,
        persons=plan.persons,
        pause=plan.pause_between_events,
        seed=plan.seed,
    )
    telling = asyncio.create_task(load.run())
    await asyncio.to_thread(_trouble, plan, installation, report, load, say)
    load.end()
    await telling
    installation.backstage("DELETE", "faults")
    begun = time.monotonic()
    report.left = await asyncio.to_thread(_drained, plan, installation, say)
    report.drained_in = time.monotonic() - begun
    journal = installation.journal()
    report.events, report.calls, report.refused = len(load.accepted), len(journal), load.refused
    report.findings = check(load.accepted, journal)
    return report


def _but_name(fault: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fault.items() if name != "fault"}


def _trouble(plan: Plan, installation: Installation, report: Report, load: Load, say: Say) -> None:
    """Kill it, or let it freeze for longer than its lease, again and again; leave it running in the end."""
    if isinstance(installation, Cluster):
        _trouble_of_many(plan, installation, report, load, say)
        return
    chance = random.Random(plan.seed)  # noqa: S311  (repeatable)
    until, told_at = time.monotonic() + plan.seconds, time.monotonic()
    serve = installation.start_serve()
    while time.monotonic() < until:
        time.sleep(chance.uniform(0.5, 2.0))  # nothing is waited for: so far apart the blows fall
        if chance.random() < 0.25:
            _freeze(serve, chance.uniform(1.1, 1.8) * LEASE_SECONDS)
            report.pauses += 1
        else:
            serve.kill()
            serve.wait()
            report.kills += 1
            serve = installation.start_serve()
        if time.monotonic() - told_at > 10:
            told_at = time.monotonic()
            done = f"{len(load.accepted)} events, {report.kills} kills, {report.pauses} pauses"
            say(f"{max(until - told_at, 0):4.0f} s to go: {done}")


def _trouble_of_many(plan: Plan, cluster: Cluster, report: Report, load: Load, say: Say) -> None:
    def tell(done: Trouble, left: float) -> None:
        events = f"{len(load.accepted)} events, {done.kills} kills, {done.pauses} pauses"
        say(f"{left:4.0f} s to go: {events}, {done.stops} stops of the database")

    done = make_trouble(cluster, seconds=plan.seconds, seed=plan.seed, lease=LEASE_SECONDS, say=tell)
    report.kills, report.pauses, report.stops = done.kills, done.pauses, done.stops


def _freeze(program: Program, seconds: float) -> None:
    program.send_signal(signal.SIGSTOP)
    time.sleep(seconds)  # so long the process stays frozen
    program.send_signal(signal.SIGCONT)


def _drained(plan: Plan, installation: Installation, say: Say) -> str:
    """Wait until nothing is live. What is left after the time given, or ended otherwise than delivered, as text."""
    until, told_at = time.monotonic() + plan.drain_seconds, time.monotonic()
    while (states := _states(installation)).keys() & {"waiting", "in_flight"} and time.monotonic() < until:
        time.sleep(0.5)  # between two looks whether it has drained
        if time.monotonic() - told_at > 10:
            told_at = time.monotonic()
            say(f"draining: {states['waiting'] + states['in_flight']} events to go")
    bad = {state: count for state, count in states.items() if state not in AS_IT_SHOULD_BE}
    return ", ".join(f"{count} {state}" for state, count in bad.items())


_STATES = """
    SELECT CASE WHEN done_at IS NULL OR reason IS NULL OR state = 'superseded' THEN state
                ELSE state || ' (' || reason || ')' END, COUNT(*)
    FROM ebexo_outbox_message GROUP BY 1
"""


def _states(installation: Installation) -> Counter[str]:
    """How many messages there are of each state; looked at to know when to judge, not for the judgement."""
    if isinstance(installation, Cluster):
        return installation.counted(_STATES)
    address = f"file:{installation.data / 'ebexo.sqlite3'}?mode=ro"
    with (
        contextlib.suppress(sqlite3.OperationalError),
        closing(sqlite3.connect(address, uri=True)) as connection,
    ):
        rows = connection.execute(_STATES)
        return Counter(dict(rows.fetchall()))
    return Counter({"waiting": 1})
