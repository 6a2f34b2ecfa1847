"""Showing how a move is getting on: bars with rate and estimate in a terminal, a line now and then elsewhere."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from ebexo.moving.move import Told

LINE_EVERY = 10.0
COPYING, COMPARING = "Copying", "Comparing"


class Rate(ProgressColumn):
    """Rows a second."""

    def render(self, task: Task) -> Text:
        return Text(_rate(task))


def _rate(task: Task) -> str:
    speed = task.finished_speed or task.speed
    return f"{speed:,.0f} rows/s" if speed else ""


@contextmanager
def shown() -> Iterator[Told]:
    """Whom to tell; what they are told appears on standard error."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        Rate(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[table]}"),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        lines = _Lines(progress) if not console.is_terminal else None
        yield _told(progress, lines)


def _told(progress: Progress, lines: "_Lines | None") -> Told:
    copying, comparing = (progress.add_task(name, total=None, table="") for name in (COPYING, COMPARING))

    def advance(task: TaskID, rows: int) -> None:
        progress.advance(task, rows)
        if lines:
            lines.tell(task)

    def at(table: str) -> None:
        for task in (copying, comparing):
            progress.update(task, table=table)

    return Told(
        table=at,
        to_copy=lambda rows: progress.update(copying, total=rows),
        copied=lambda rows: advance(copying, rows),
        to_compare=lambda rows: progress.update(comparing, total=rows),
        compared=lambda rows: advance(comparing, rows),
    )


class _Lines:
    def __init__(self, progress: Progress) -> None:
        self._progress, self._next_at = progress, time.monotonic() + LINE_EVERY

    def tell(self, number: TaskID) -> None:
        if time.monotonic() < self._next_at:
            return
        self._next_at = time.monotonic() + LINE_EVERY
        task = next(task for task in self._progress.tasks if task.id == number)
        left = "" if task.time_remaining is None else f", {task.time_remaining:.0f} s to go"
        self._progress.console.print(
            f"{task.description}: {task.completed:.0f} of {task.total or 0:.0f} rows, {_rate(task)}{left}"
        )
