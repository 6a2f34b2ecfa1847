"""What keeps an installation from being moved, found out before anything is changed."""

import hashlib

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from ebexo.moving import journal, target
from ebexo.moving.errors import CannotMove
from ebexo.moving.journal import Begun
from ebexo.moving.source import Source
from ebexo.moving.tables import BY_OTHER_MEANS, OURS, table_of, tables

NOT_EMPTY = (
    "The PostgreSQL of EBEXO_DATABASE_URL holds an installation already; a move needs one without any data."
)


def refuse_other_tables(source: Source) -> None:
    """Raises CannotMove where the tables of both sides, or of this program, are not the same."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise CannotMove("The tables in PostgreSQL are not up to date. Run ebexo migrate first.")
    if _applied(source.connection) != _applied(connection):
        raise CannotMove(
            "The tables in SQLite are not up to date. Run ebexo migrate first, without EBEXO_DATABASE_URL."
        )
    known = {table_of(model) for model in tables()} | BY_OTHER_MEANS
    if foreign := sorted(name for name in source.tables() - known if source.count(name)):
        raise CannotMove(f"SQLite has tables of ours that this program does not know: {', '.join(foreign)}.")


def _applied(database: BaseDatabaseWrapper) -> set[tuple[str, str]]:
    return {name for name in MigrationRecorder(database).applied_migrations() if name[0].startswith(OURS)}


def begin_or_go_on(source: Source, *, anew: bool) -> Begun:
    """The move from this source, as far as it is. Raises CannotMove where the target holds anything else."""
    name = _name_of(source)
    found = journal.begun()
    if found and (found.source != name or (found.is_finished and anew)):
        raise CannotMove(NOT_EMPTY)
    if found and anew:
        target.empty([table_of(model) for model in tables()])
        journal.forget()
        found = None
    if found:
        return found
    if any(target.holds_rows(table_of(model)) for model in tables()):
        raise CannotMove(NOT_EMPTY)
    journal.begin(name)
    return Begun(name, {}, is_finished=False)


def _name_of(source: Source) -> str:
    """One installation is told from another by its secret, which this does not give away."""
    secret = source.keys.installation_secret()
    return hashlib.blake2b(b"ebexo move", key=secret.encode()[:64], digest_size=16).hexdigest()
