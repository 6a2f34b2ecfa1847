"""Dropping rows beside a shop that is at work: a few at a time, each time in a short transaction of its own.

A table is read in stretches by its primary key, outside any transaction; only what is to go is looked at once more
under a lock and dropped. So nobody waits longer than one small transaction takes, whatever the size of the table.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Model, Q, QuerySet

LOOKED_AT_ONCE = 5000
DROPPED_AT_ONCE = 100


def delete(rows: QuerySet[Any]) -> int:
    """Delete rows that nothing else points at; how many there were."""
    return rows.delete()[0]


@dataclass(frozen=True)
class Sweep:
    """One kind of thing that goes in time: the rows of `model` for which `is_over` holds.

    `drop` is given some of them inside a transaction, and says how many it dropped.
    """

    name: str
    model: type[Model]
    is_over: Q
    drop: Callable[[QuerySet[Any]], int] = delete

    def count(self) -> int:
        """How many rows are to be looked at."""
        return self.model._base_manager.count()  # noqa: SLF001  (Django's public name)


@dataclass(frozen=True)
class Step:
    """A piece of a sweep: so many rows looked at, or so many dropped in a transaction of so many seconds."""

    name: str
    looked_at: int = 0
    dropped: int = 0
    seconds: float = 0.0


@dataclass
class Pruned:
    """What was dropped, by name of the sweep, and the longest that others had to wait for it."""

    dropped: dict[str, int] = field(default_factory=dict)
    longest_seconds: float = 0.0

    def add(self, step: Step) -> None:
        self.dropped[step.name] = self.dropped.get(step.name, 0) + step.dropped
        self.longest_seconds = max(self.longest_seconds, step.seconds)


def prune(sweeps: Iterable[Sweep]) -> Iterator[Step]:
    """Make these sweeps, one after the other. Nothing is open between two steps: stop or pause wherever you like."""
    for sweep in sweeps:
        yield Step(sweep.name)
        yield from _steps(sweep)


def _steps(sweep: Sweep) -> Iterator[Step]:
    table = sweep.model._base_manager  # noqa: SLF001  (Django's public name)
    stretch = _next_keys(table.all())
    while stretch:
        rows = table.filter(sweep.is_over, pk__gte=stretch[0], pk__lte=stretch[-1])
        found = list(rows.order_by("pk").values_list("pk", flat=True))
        for start in range(0, len(found), DROPPED_AT_ONCE):
            yield _drop(sweep, found[start : start + DROPPED_AT_ONCE])
        yield Step(sweep.name, looked_at=len(stretch))
        stretch = _next_keys(table.filter(pk__gt=stretch[-1]))


def _next_keys(rows: QuerySet[Any]) -> list[Any]:
    return list(rows.order_by("pk").values_list("pk", flat=True)[:LOOKED_AT_ONCE])


def _drop(sweep: Sweep, keys: Sequence[Any]) -> Step:
    rows = sweep.model._base_manager.filter(sweep.is_over, pk__in=keys)  # noqa: SLF001
    with transaction.atomic():
        begun = time.monotonic()
        dropped = sweep.drop(rows)
    return Step(sweep.name, dropped=dropped, seconds=time.monotonic() - begun)
