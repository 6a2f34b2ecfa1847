"""The move itself, in the order in which nothing can go wrong for good."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from ebexo.audit.actions import Action
from ebexo.audit.recording import record
from ebexo.moving import journal, target
from ebexo.moving.comparing import Sum, compare
from ebexo.moving.copying import copy_table
from ebexo.moving.journal import Begun
from ebexo.moving.marks import mark_as_moved_away
from ebexo.moving.refusing import begin_or_go_on, refuse_other_tables
from ebexo.moving.source import Source, held_still
from ebexo.moving.tables import WHAT_SETS_GOING, key_of, table_of, tables
from ebexo.outbox.lease import release_all
from ebexo.secrets import encrypt


@dataclass(frozen=True)
class Told:
    """Whom progress is told. All are called with a number of rows but `table`, which gets a name."""

    table: Callable[[str], None]
    to_copy: Callable[[int], None]
    copied: Callable[[int], None]
    to_compare: Callable[[int], None]
    compared: Callable[[int], None]


def move(data_dir: Path, *, anew: bool, told: Told) -> dict[str, Sum]:
    """Move the installation in `data_dir` to the present database; what there is of each table now on both sides.

    It may be killed at any moment and begun once more. Until the very end PostgreSQL can't be used and SQLite can;
    then it is the other way round, and at no moment can both. Nothing is returned of a move that was finished before.
    Raises CannotMove.
    """
    with held_still(data_dir) as source, target.alone():
        refuse_other_tables(source)
        with transaction.atomic():
            begun = begin_or_go_on(source, anew=anew)
        sums = {} if begun.is_finished else _bring_everything_over(source, begun, told)
        mark_as_moved_away(data_dir, at=timezone.now())
        return sums


def _bring_everything_over(source: Source, begun: Begun, told: Told) -> dict[str, Sum]:
    first = [model for model in tables() if table_of(model) not in WHAT_SETS_GOING]
    last = [model for model in tables() if table_of(model) in WHAT_SETS_GOING]
    counts = {table_of(model): source.count(table_of(model)) for model in (*first, *last)}
    told.to_copy(sum(counts.values()))
    told.to_compare(2 * sum(counts.values()))
    for model in first:
        told.copied(begun.place(table_of(model)).rows)
    _copy(first, source, begun, told)
    target.take_stock(table_of(model) for model in first)
    sums = _compare(first, source, told)
    with transaction.atomic():
        _copy(last, source, begun, told)
        sums |= _compare(last, source, told)
        _set_going(source)
        mark_as_moved_away(source.data_dir, at=timezone.now())  # before the commit: never are both in use
    return sums


def _copy(models: Iterable[type[Model]], source: Source, begun: Begun, told: Told) -> None:
    for model in models:
        told.table(table_of(model))
        copy_table(model, source=source, place=begun.place(table_of(model)), told=told.copied)


def _compare(models: Iterable[type[Model]], source: Source, told: Told) -> dict[str, Sum]:
    found = {}
    for model in models:
        told.table(table_of(model))
        found[table_of(model)] = compare(model, source=source, told=told.compared)
    return found


def _set_going(source: Source) -> None:
    """What makes an installation of the rows. Whoever was sending is no more: what they had in hand is in doubt."""
    for model in tables():
        table = table_of(model)
        target.go_on_counting(table, key_of(model).column, last=source.last_number(table))
    target.keep_installation_secret(encrypt(source.keys.installation_secret()))
    release_all()
    record(Action.INSTALLATION_MOVED)
    journal.finish()
