"""Making and updating the tables, and noticing when that was forgotten."""

from typing import Any

import click
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from ebexo.cli import Failure


def migrate_with_progress() -> None:
    """Apply what is missing, a line for each step."""
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
