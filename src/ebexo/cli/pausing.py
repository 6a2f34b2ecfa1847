"""`ebexo store pause` and `ebexo store resume`."""

import click

from ebexo.cli import use_tables
from ebexo.cli.stores import find_store


@click.command("pause")
@click.argument("store")
def pause_store(store: str) -> None:
    """Send nothing more for STORE until it is resumed. What happens in the shop waits."""
    use_tables()
    from django.utils import timezone

    from ebexo.connection.withholding import count_waiting
    from ebexo.outbox.stopping import stop

    found = find_store(store)
    stop(found.pk, now=timezone.now())
    click.echo(f"{found.handle} is paused. Waiting: {count_waiting(found.pk)}.")


@click.command("resume")
@click.argument("store")
def resume_store(store: str) -> None:
    """Send again for STORE, in the order in which things happened."""
    use_tables()
    from ebexo.connection.withholding import count_waiting
    from ebexo.outbox.stopping import go_on

    found = find_store(store)
    go_on(found.pk)
    click.echo(f"{found.handle} sends again. Waiting: {count_waiting(found.pk)}.")
