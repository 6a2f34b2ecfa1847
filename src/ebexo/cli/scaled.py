"""`ebexo web` and `ebexo worker`: an installation on PostgreSQL, on as many machines as it takes."""

from importlib.util import find_spec

import click

from ebexo.cli import Failure, use_tables
from ebexo.cli.binding import Bind
from ebexo.environment import environment


@click.command()
@click.option("--bind", type=Bind(), default="127.0.0.1:8000", show_default=True, metavar="HOST:PORT")
def web(bind: tuple[str, int]) -> None:
    """Serve the panel and the HTTP door on PostgreSQL. Any number may run; ebexo worker sends what is due."""
    _set_up("web", package="granian")
    from django.db import connections

    from ebexo.web import CannotServe, serve

    connections.close_all()  # the process that answers is a copy of this one
    host, port = bind
    try:
        serve(host=host, port=port)
    except CannotServe as error:
        raise Failure(str(error)) from None


@click.command()
@click.option("--bind", type=Bind(), metavar="HOST:PORT", help="Answer /livez, /readyz and /metrics here.")
def worker(bind: tuple[str, int] | None) -> None:
    """Send what is due, on PostgreSQL. Any number may run; they share the work."""
    _set_up("worker", package="procrastinate")
    from ebexo.operations.observing.door import CannotOpen
    from ebexo.worker import work

    try:
        work(probes=bind)
    except CannotOpen as error:
        raise Failure(str(error)) from None


def _set_up(command: str, *, package: str) -> None:
    if not environment().database_url:
        raise Failure(
            f"ebexo {command} needs a PostgreSQL: set EBEXO_DATABASE_URL. Without one, ebexo serve does everything."
        )
    if find_spec(package) is None:
        raise Failure(f"ebexo {command} needs {package}: install ebexo-salesmanago[scale].")
    use_tables(keeps_a_log=True)
