"""`ebexo support-bundle`: a file for somebody who helps."""

from pathlib import Path

import click

from ebexo.cli import Failure, Refusal, use_tables
from ebexo.cli.stores import find_store


@click.command("support-bundle")
@click.argument("store", required=False)
@click.option("--all", "every", is_flag=True, help="Every store of the installation.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    metavar="FILE.zip",
    help="Where to write it. A file that is there is left alone.",
)
@click.option(
    "--log",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    metavar="FILE",
    help="A file that holds what ebexo wrote to standard error.",
)
def support_bundle(store: str | None, *, every: bool, output: Path, log: Path | None) -> None:
    """Write a zip file for somebody who helps: versions, settings, numbers and kinds of trouble of STORE.

    No secrets and no personal data are in it. The connection of each store is checked on the way, which takes up to
    half a minute.
    """
    if every == (store is not None):
        raise Refusal("Name one store, or say --all.")
    use_tables()
    from django.utils import timezone

    from ebexo.operations.support.bundle import write_bundle
    from ebexo.stores.models import Store

    stores = [find_store(store)] if store else list(Store.objects.order_by("pk"))
    try:
        write_bundle(output, stores, log=log, now=timezone.now())
    except FileExistsError:
        raise Refusal(f"--output: {output} is there already.") from None
    except OSError as error:
        raise Failure(f"--output: {output} can't be written: {error.strerror}.") from None
    click.echo(f"Written: {output}. Its README.txt says what is in it.")
