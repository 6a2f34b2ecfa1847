"""`ebexo move`, and what the other commands say of an installation that was moved."""

from typing import TYPE_CHECKING

import click

from ebexo.cli import Failure, use_django
from ebexo.environment import environment

if TYPE_CHECKING:
    from ebexo.moving.comparing import Sum


@click.command()
@click.option(
    "--anew", is_flag=True, help="Throw away what an unfinished move brought over, and begin again."
)
def move(*, anew: bool) -> None:
    """Move this installation from SQLite to PostgreSQL.

    EBEXO_DATA_DIR says where SQLite is, EBEXO_DATABASE_URL where to. It may be stopped at any time, and goes on where
    it was. Both sides are compared row by row before the move counts.
    """
    if not environment().database_url:
        raise Failure("ebexo move needs the PostgreSQL to move to: set EBEXO_DATABASE_URL.")
    use_django()
    from django.db import OperationalError

    from ebexo.moving.errors import CannotMove
    from ebexo.moving.move import move as move_everything
    from ebexo.moving.showing import shown

    try:
        with shown() as told:
            sums = move_everything(environment().data_dir, anew=anew, told=told)
    except CannotMove as error:
        raise Failure(str(error)) from None
    except OperationalError as error:
        raise Failure(f"The database can't be used: {str(error).strip().splitlines()[0]}") from None
    _print(sums)


def refuse_what_was_moved() -> None:
    """Raises Failure on SQLite once the installation is in PostgreSQL, and on PostgreSQL until all of it is."""
    from ebexo.moving.journal import is_half_way
    from ebexo.moving.marks import was_moved_away

    if environment().database_url:
        if is_half_way():
            raise Failure("A move to this PostgreSQL is not finished. Run ebexo move to its end first.")
    elif was_moved_away(environment().data_dir):
        raise Failure(
            "This installation was moved to PostgreSQL: set EBEXO_DATABASE_URL and EBEXO_SECRET_KEYS, and start "
            "ebexo web and ebexo worker."
        )


def _print(sums: "dict[str, Sum]") -> None:
    for table, found in sorted(sums.items()):
        click.echo(f"{table:<34} {found.rows:>10} rows, checksum {found.checksum}")
    click.echo(
        "The installation is in PostgreSQL, the same on both sides. Start ebexo web and ebexo worker."
        if sums
        else "The installation was moved before. Start ebexo web and ebexo worker."
    )
