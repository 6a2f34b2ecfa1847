"""The command `ebexo`: everything that can be scripted, without the panel."""

import os
import sys

import click

from ebexo.environment import BadEnvironment

EXIT_FAILED = 1
EXIT_REFUSED = 2


class Failure(click.ClickException):
    """One readable line on stderr and exit status 1."""

    exit_code = EXIT_FAILED

    def show(self, file: object = None) -> None:  # noqa: ARG002  (click's shape)
        click.echo(f"ebexo: {self.message}", err=True)


class Refusal(Failure):
    """A value that was given can't be right: exit status 2, and nothing was changed."""

    exit_code = EXIT_REFUSED


def use_tables(*, keeps_a_log: bool = False) -> None:
    """Make models usable, with tables that are up to date and the secret in reach. Raises Failure or BadEnvironment.

    `keeps_a_log`: the command runs on and on, and its log is read. Else it is for trouble, unless its level is set.
    """
    use_django()
    if not keeps_a_log and "EBEXO_LOG_LEVEL" not in os.environ:
        from ebexo.logs import only_trouble

        only_trouble()
    from ebexo.cli.migrating import refuse_old_tables
    from ebexo.cli.moving import refuse_what_was_moved
    from ebexo.secrets import derived_key

    reach_the_database()
    refuse_old_tables()
    refuse_what_was_moved()
    derived_key("django")


def reach_the_database() -> None:
    """Raises Failure where nobody answers."""
    from django.db import OperationalError, connection

    try:
        connection.ensure_connection()
    except OperationalError as error:
        raise Failure(f"The database can't be used: {str(error).strip().splitlines()[0]}") from None


def use_django() -> None:
    """Make settings usable. Raises Failure where the environment does not allow it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ebexo.settings")
    import django

    try:
        django.setup()
    except BadEnvironment as error:
        raise Failure(str(error)) from None


def main() -> None:
    """The console script."""
    from ebexo.cli.commands import ebexo

    try:
        ebexo(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(EXIT_REFUSED)
    except click.UsageError as error:  # one line, as for every refusal; --help shows the rest
        click.echo(f"ebexo: {error.format_message()}", err=True)
        sys.exit(EXIT_REFUSED)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except BadEnvironment as error:
        click.echo(f"ebexo: {error}", err=True)
        sys.exit(EXIT_FAILED)
