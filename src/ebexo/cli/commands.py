"""The commands themselves; each imports what it needs when it runs, so that `ebexo --help` stays quick."""

import importlib.util
import os
import sys
from pathlib import Path

import click

from ebexo import __version__
from ebexo.audit.acting import acting
from ebexo.cli import Failure, use_django, use_tables
from ebexo.cli.acting import who_types
from ebexo.cli.binding import Bind
from ebexo.cli.consents import consent
from ebexo.cli.doctor import doctor
from ebexo.cli.importing import import_history
from ebexo.cli.keys import keys
from ebexo.cli.moving import move
from ebexo.cli.operators import operator_key
from ebexo.cli.pausing import pause_store, resume_store
from ebexo.cli.pruning import prune
from ebexo.cli.removing import remove_store
from ebexo.cli.scaled import web, worker
from ebexo.cli.store_keys import STORE_KEYS
from ebexo.cli.stores import store
from ebexo.cli.support import support_bundle
from ebexo.cli.users import user
from ebexo.environment import environment


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="ebexo")
@click.pass_context
def ebexo(context: click.Context) -> None:
    """Ebexo for SALESmanago: what happens in a shop arrives in SALESmanago."""
    context.with_resource(acting(who_types))


ebexo.add_command(store)
store.add_command(remove_store)
store.add_command(pause_store)
store.add_command(resume_store)
ebexo.add_command(consent)
ebexo.add_command(doctor)
ebexo.add_command(user)
ebexo.add_command(operator_key)
ebexo.add_command(keys)
ebexo.add_command(import_history)
ebexo.add_command(web)
ebexo.add_command(worker)
ebexo.add_command(prune)
ebexo.add_command(move)
ebexo.add_command(support_bundle)
for command in STORE_KEYS:
    store.add_command(command)


@ebexo.command()
def migrate() -> None:
    """Make or update the tables of this installation."""
    use_django()
    from ebexo.cli.migrating import migrate_with_progress

    migrate_with_progress()


@ebexo.command()
@click.option("--bind", type=Bind(), default="127.0.0.1:8000", show_default=True, metavar="HOST:PORT")
def serve(bind: tuple[str, int]) -> None:
    """Serve the panel and the HTTP door, and send what is due. One process, SQLite, no other server."""
    if environment().database_url:
        raise Failure(
            "With EBEXO_DATABASE_URL there are ebexo web and ebexo worker; ebexo serve is for SQLite."
        )
    use_tables(keeps_a_log=True)
    from ebexo.serving import CannotServe
    from ebexo.serving import serve as serve_until_stopped
    from ebexo.wsgi import application

    host, port = bind
    try:
        serve_until_stopped(application, host=host, port=port, data_dir=environment().data_dir)
    except CannotServe as error:
        raise Failure(str(error)) from None


@ebexo.command()
@click.option("--bind", type=Bind(), default="127.0.0.1:8090", show_default=True, metavar="HOST:PORT")
@click.option("--state", type=click.Path(path_type=Path), help="Remember everything in this file.")
def sandbox(bind: tuple[str, int], state: Path | None) -> None:
    """Serve a local SALESmanago to develop against. Nothing leaves the machine."""
    from salesmanago_sandbox.server import serve as serve_sandbox

    host, port = bind
    serve_sandbox(host, port, state=state)


@ebexo.command()
@click.option("--reset", is_flag=True, help="Throw the demo's data away and start anew.")
@click.option("--shop-port", default=8001, show_default=True)
@click.option("--panel-port", default=8000, show_default=True)
@click.option("--sandbox-port", default=8090, show_default=True)
def demo(*, reset: bool, shop_port: int, panel_port: int, sandbox_port: int) -> None:
    """Run a shop, the panel and the sandbox together. Ctrl-C ends all of it."""
    if importlib.util.find_spec("demo") is None or importlib.util.find_spec("oscar") is None:
        raise Failure("The demo shop runs from the repository: clone it and type make demo.")
    from demo.launcher import CannotStart, Ports, run

    data_dir = Path(os.environ.get("EBEXO_DATA_DIR") or "./var/demo").absolute()
    try:
        run(data_dir=data_dir, ports=Ports(shop_port, panel_port, sandbox_port), reset=reset)
    except CannotStart as error:
        raise Failure(str(error)) from None


@ebexo.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def manage(arguments: tuple[str, ...]) -> None:
    """Django's own commands, for example: ebexo manage createsuperuser."""
    use_django()
    from django.core.management import execute_from_command_line

    execute_from_command_line([f"{Path(sys.argv[0]).name} manage", *arguments])
