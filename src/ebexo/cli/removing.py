"""`ebexo store remove`."""

import json
from dataclasses import asdict

import click

from ebexo.cli import Failure, use_tables
from ebexo.cli.stores import find_store


@click.command(name="remove")
@click.argument("store")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output.")
def remove_store(store: str, *, yes: bool, as_json: bool) -> None:
    """Remove STORE with everything that is known of it here. What SALESmanago has stays there."""
    use_tables()
    from django.utils import timezone

    from ebexo.platform.removing import contents_of
    from ebexo.platform.removing import remove_store as erase

    found = find_store(store)
    if not yes:
        click.echo(f"{found.handle} “{found.name}” holds {contents_of(found)}.", err=True)
        if not click.confirm("Remove it for good?", err=True):
            raise Failure("Nothing was removed.")
    contents = erase(found, now=timezone.now())
    if as_json:
        click.echo(json.dumps({"store": store, "removed": asdict(contents)}))
        return
    click.echo(f"Removed {store} “{found.name}”: {contents}.")
