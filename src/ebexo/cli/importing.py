"""`ebexo import customers|orders FILE`."""

import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from ebexo.cli import Failure, Refusal, use_tables
from ebexo.cli.stores import find_store

if TYPE_CHECKING:
    from ebexo.history.models import Import
    from ebexo.history.reading import Shape
    from ebexo.history.states import Counts
    from ebexo.stores.models import Store

BEGINNING = 256 * 1024
"""Bytes by which a file is recognised."""
LOOK_EVERY = 0.25
NOBODY_AFTER = 15.0
"""Seconds in which somebody who works imports off would have begun."""


@click.command("import")
@click.argument("kind", type=click.Choice(["customers", "orders"]))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--store", "handle", required=True, metavar="STORE", help="The store that they belong to.")
@click.option("--rehearse", is_flag=True, help="Print what would be sent and what not, and send nothing.")
def import_history(kind: str, file: Path, *, handle: str, rehearse: bool) -> None:
    """Send the customers or past orders in FILE (CSV or NDJSON) to SALESmanago.

    A running ebexo serve or worker sends them, also after this command has ended. Running it again sends what is new.
    """
    use_tables()
    store = find_store(handle)
    shape = _recognised(file, kind)
    found = _received(file, shape, store=store, kind=kind, rehearse=rehearse)
    if rehearse:
        _rehearse(found)
    else:
        _follow(found)


def _recognised(file: Path, kind: str) -> "Shape":
    from ebexo.history.reading import Kind, NotReadable, recognise

    try:
        with file.open("rb") as source:
            beginning = source.read(BEGINNING)
            is_whole = not source.read(1)
        return recognise(beginning, kind=Kind(kind), is_whole=is_whole)
    except OSError as error:
        raise Refusal(f"FILE {file}: {error.strerror}.") from None
    except NotReadable as error:
        raise Refusal(f"FILE {file}: {error.sentence}") from None


def _received(file: Path, shape: "Shape", *, store: "Store", kind: str, rehearse: bool) -> "Import":
    from django.utils import timezone

    from ebexo.history.models import ImportKind, Source
    from ebexo.history.reading import Kind, rows
    from ebexo.history.receiving import as_stored, begin, close, receive_rows

    now = timezone.now()
    found = begin(
        store,
        kind=ImportKind(kind),
        source=Source.FILE,
        now=now,
        is_rehearsal=rehearse,
        begun_by="ebexo import",
        file_name=file.name,
        shape=as_stored(shape),
    )
    try:
        with file.open("rb") as source:
            told = rows(source, shape, kind=Kind(kind), zone=ZoneInfo(store.account.time_zone), now=now)
            _show_reading(receive_rows(found, told, now=now))
    except BaseException as error:
        _discard(found)  # half a file is none
        if isinstance(error, OSError):
            raise Failure(f"FILE {file}: {error.strerror}.") from None
        raise
    return close(found, now=timezone.now())


def _show_reading(kept: Iterable[int]) -> None:
    from rich.progress import Progress, TextColumn

    with Progress(TextColumn("Reading: {task.completed} rows"), console=_console()) as progress:
        bar = progress.add_task("", total=None)
        for number in kept:
            progress.update(bar, completed=number)


def _rehearse(found: "Import") -> None:
    """Done here and now: whoever works imports off beside it only makes it quicker."""
    from django.utils import timezone

    from ebexo.history.running import step

    try:
        for _ in _shown(found, "Rehearsing"):
            if found.state != "rehearsing":
                break
            step(timezone.now())
        if found.state != "rehearsed":
            raise Failure("The rehearsal had to be given up because of a fault of ours. See the log.")
        _print(found.numbers, first="would be sent")
    finally:
        _discard(found)


def _discard(found: "Import") -> None:
    """Nothing is left of it. Rows that are many go a few at a time, since others write to the same tables."""
    from django.utils import timezone

    from ebexo.history.controlling import cancel
    from ebexo.history.running import step

    if found.is_open:
        cancel(found, now=timezone.now())
    while not found.is_cleared and step(timezone.now()):
        found.refresh_from_db()
    found.delete()


def _follow(found: "Import") -> None:
    if not _somebody_serves():
        click.echo(f"Import {found.pk}: {found.rows} rows. It is sent once ebexo serve runs.")
        return
    click.echo(f"Import {found.pk}: {found.rows} rows. Ctrl-C ends the display only.", err=True)
    begun, seen = time.monotonic(), 0
    for position in _shown(found, "Sending"):
        if not found.is_open:
            break
        if position != seen:
            begun, seen = time.monotonic(), position
        elif found.state == "paused" or (position == 0 and time.monotonic() - begun > NOBODY_AFTER):
            click.echo(
                f"Import {found.pk} waits: it is {found.state}, {position} of {found.rows} rows are through."
            )
            return
        time.sleep(LOOK_EVERY)
    if found.state != "done":
        raise Failure(f"Import {found.pk} is {found.state}.")
    _print(found.numbers, first="sent")


def _somebody_serves() -> bool:
    """On SQLite it is known; elsewhere it shows by the progress."""
    from ebexo.environment import environment
    from ebexo.serving import somebody_dispatches

    return bool(environment().database_url) or somebody_dispatches(environment().data_dir)


def _shown(found: "Import", title: str) -> Iterator[int]:
    """The position again and again, on display with rate and estimate."""
    from django.utils import timezone
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from ebexo.history.progress import progress_of

    columns = (
        TextColumn(title),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
    )
    with Progress(*columns, console=_console()) as shown:
        bar = shown.add_task(title, total=found.rows, rate="")
        while True:
            found.refresh_from_db()
            progress = progress_of(found, now=timezone.now())
            left = f", {progress.seconds_left} s left" if progress.seconds_left is not None else ""
            rate = f"{progress.rate:.0f} rows/s{left}" if progress.rate else ""
            shown.update(bar, completed=progress.row_position - progress.waiting, rate=rate)
            yield progress.row_position


def _print(numbers: "Counts", *, first: str) -> None:
    from django.utils.translation import override

    from ebexo.history.sentences import text_of

    click.echo(f"{first}: {numbers.new}")
    click.echo(f"already sent: {numbers.already_sent}")
    click.echo(f"duplicates: {numbers.duplicates}")
    with override("en"):
        for title, codes in (("withheld", numbers.withheld), ("not readable", numbers.invalid)):
            click.echo(f"{title}: {sum(codes.values())}")
            for code, count in codes.items():
                click.echo(f"  {count} {code}: {text_of(code)}")


def _console() -> Any:
    """Nothing is displayed where nobody watches."""
    from rich.console import Console

    console = Console(stderr=True)
    console.quiet = not console.is_terminal
    return console
