"""`ebexo prune`."""

import json
import time
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from ebexo.cli import use_tables

if TYPE_CHECKING:
    from ebexo.operations.sizes import Sizes
    from ebexo.operations.sweep import Pruned, Sweep


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output.")
def prune(*, as_json: bool) -> None:
    """Drop what was kept long enough, and print how much there is.

    It works beside a running server, which does the same by itself every night.
    """
    use_tables()
    from django.utils import timezone

    from ebexo.audit.actions import Action
    from ebexo.audit.recording import record
    from ebexo.operations.retention import periods
    from ebexo.operations.sizes import sizes
    from ebexo.platform.upkeep import all_sweeps

    pruned = _prune(all_sweeps(now=timezone.now(), kept=periods()), quiet=as_json)
    record(Action.DATA_PRUNED, after=pruned.dropped)
    remaining = sizes()
    if as_json:
        longest = {"longest_transaction_ms": round(pruned.longest_seconds * 1000, 1)}
        click.echo(json.dumps({"dropped": pruned.dropped} | longest | {"sizes": asdict(remaining)}))
        return
    _print(pruned, remaining)


def _prune(sweeps: "tuple[Sweep, ...]", *, quiet: bool) -> "Pruned":
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from ebexo.delivery.scheduling.nightly import pause_after
    from ebexo.operations.sweep import Pruned
    from ebexo.operations.sweep import prune as steps_of

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    pruned, shown = Pruned(), console.is_terminal and not quiet
    with Progress(*columns, console=console, disable=not shown) as progress:
        for sweep in sweeps:
            bar = progress.add_task(_words(sweep.name), total=sweep.count() if shown else None)
            for step in steps_of([sweep]):
                pruned.add(step)
                progress.advance(bar, step.looked_at)
                if step.seconds:
                    time.sleep(pause_after(step.seconds))
    return pruned


def _print(pruned: "Pruned", remaining: "Sizes") -> None:
    gone = ", ".join(f"{_words(name)} {count}" for name, count in pruned.dropped.items() if count)
    click.echo(f"Dropped: {gone or 'nothing'}.")
    click.echo(f"Database: {_size(remaining.database_bytes)}, of it free {_size(remaining.reusable_bytes)}.")
    click.echo(f"Payloads: {_size(remaining.payload_bytes)}.")
    states = ", ".join(f"{state} {count}" for state, count in remaining.messages.items() if count)
    click.echo(f"Messages: {states or 'none'}.")
    click.echo("Rows by table:")
    for table, count in sorted(remaining.rows.items()):
        click.echo(f"  {table:<34} {count:>10}")


def _words(name: str) -> str:
    return name.replace("_", " ")


def _size(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB"
