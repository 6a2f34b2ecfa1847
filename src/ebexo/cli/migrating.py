"""Making and updating the tables, and noticing when that was forgotten."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from ebexo.cli import Failure, reach_the_database
from ebexo.secrets import derived_key

MIGRATING = 0x6562_6578_6F
"""The number of the lock; "ebexo" in ASCII."""


def migrate_with_progress() -> None:
    """Apply what is missing, a line for each step, and see that there is an installation secret.

    Whoever does the same at the same moment on another machine waits, and then finds nothing left to do.
    """
    reach_the_database()
    with _one_at_a_time():
        _migrate()
    derived_key("django")


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATING])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATING])


def _migrate() -> None:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not plan:
        click.echo("The tables are up to date.")
        return
    done = 0

    def tell(action: str, migration: Any = None, *rest: Any) -> None:  # noqa: ARG001
        nonlocal done
        if action == "apply_success":
            done += 1
            click.echo(f"[{done}/{len(plan)}] {migration.app_label}.{migration.name}")

    executor = MigrationExecutor(connection, progress_callback=tell)
    executor.migrate(executor.loader.graph.leaf_nodes(), plan=plan)


def refuse_old_tables() -> None:
    """Raises Failure when a migration was not applied yet."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise Failure("The tables are not up to date. Run ebexo migrate first.")
