"""`ebexo store …`: stores and their settings, without the panel."""

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import click
from django.utils.translation import override

from ebexo.cli import Refusal, use_tables
from ebexo.cli.advanced import advanced_settings

if TYPE_CHECKING:
    from ebexo.connection.settings import Saved, Seven
    from ebexo.stores.models import Account, Store

OPTIONS = {
    "owner_email": "--email",
    "client_id": "--client-id",
    "api_secret": "--api-secret-stdin",
    "endpoint": "--endpoint",
    "mode": "--mode",
    "consent": "--consent",
    "double_opt_in_email_id": "--set doi_email_id",
    "double_opt_in_language": "--set doi_language",
}
F = TypeVar("F", bound=Callable[..., Any])


def _settings_options(command: F) -> F:
    options = [
        click.option("--email", help="Login of the SALESmanago account (the owner)."),
        click.option("--client-id", help="Client ID of the SALESmanago account."),
        click.option("--api-secret-stdin", is_flag=True, help="Read the ApiSecret from standard input."),
        click.option("--endpoint", help="Server of the account, for example app3.salesmanago.pl."),
        click.option(
            "--mode", type=click.Choice(["automatic", "consent", "double-opt-in"]), help="Who is sent."
        ),
        click.option("--consent", metavar="CODE", help="The consent on which people are sent."),
        click.option("--active/--inactive", default=None, help="Switch the integration on or off."),
        click.option("--set", "advanced", multiple=True, metavar="NAME=VALUE", help="An advanced setting."),
        click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


@click.group()
def store() -> None:
    """Stores and their SALESmanago settings."""


@store.command()
@click.argument("name")
@_settings_options
def create(name: str, *, as_json: bool, **options: Any) -> None:
    """Open a store called NAME. Its API key is printed once."""
    use_tables()
    from django.db import transaction

    from ebexo.connection.settings import RefusedSettings, validated
    from ebexo.stores.opening import open_store

    if not name.strip() or len(name) > 200:
        raise Refusal("NAME must have 1 to 200 characters.")
    with transaction.atomic():
        opened, api_key = open_store(name.strip())
        seven = _seven(opened.account, options)
        try:
            validated(opened.account, seven)
        except RefusedSettings as error:
            raise _refusal(error.problems) from None
    saved = _save(opened.account, seven)
    answer = {"store": opened.handle, "api_key": api_key, "public_key": opened.public_key}
    answer |= {"signing_secret": opened.signing_secret} | _callbacks(opened)
    _print(answer | _check(saved), as_json=as_json)


@store.command()
@click.argument("store")
@_settings_options
def update(store: str, *, as_json: bool, **options: Any) -> None:
    """Change settings of STORE. What is not given stays as it is."""
    use_tables()
    found = find_store(store)
    saved = _save(found.account, _seven(found.account, options))
    answer = {"store": found.handle, "public_key": found.public_key} | _callbacks(found)
    _print(answer | _check(saved), as_json=as_json)


@store.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list on standard output.")
def list_stores(*, as_json: bool) -> None:
    """List the stores of this installation."""
    use_tables()
    from ebexo.stores.models import Store

    stores = [
        {
            "store": found.handle,
            "name": found.name,
            "public_key": found.public_key,
            "active": found.account.active,
        }
        for found in Store.objects.select_related("account").order_by("pk")
    ]
    if as_json:
        click.echo(json.dumps(stores, ensure_ascii=False))
        return
    for found in stores:
        click.echo(f"{found['store']}  {'active  ' if found['active'] else 'inactive'}  {found['name']}")


def find_store(handle: str) -> "Store":
    """The store called `handle` on the command line. Raises Refusal."""
    from ebexo.stores.models import Store

    found = Store.objects.select_related("account").filter(handle=handle).first()
    if found is None:
        raise Refusal(f"STORE {handle}: there is no such store. Run ebexo store list.")
    return found


def _seven(account: "Account", options: dict[str, Any]) -> "Seven":
    """The settings as they stand, changed by what was given."""
    from ebexo.connection.settings import current

    given = {
        "owner_email": options["email"],
        "client_id": options["client_id"],
        "endpoint": options["endpoint"],
        "mode": options["mode"],
        "consent_code": options["consent"],
        "active": options["active"],
    }
    seven = replace(current(account), **{name: value for name, value in given.items() if value is not None})
    if options["api_secret_stdin"]:
        seven = replace(seven, api_secret=sys.stdin.read().strip())
    return replace(
        seven, advanced=dict(seven.advanced) | advanced_settings(options["advanced"], account.tags)
    )


def _save(account: "Account", seven: "Seven") -> "Saved":
    from ebexo.connection.settings import RefusedSettings, save

    try:
        return save(account, seven)
    except RefusedSettings as error:
        raise _refusal(error.problems) from None


def _refusal(problems: dict[str, str]) -> Refusal:
    from ebexo.connection.sentences.settings import FIELDS

    name, problem = next(iter(problems.items()))
    with override("en"):
        return Refusal(f"{OPTIONS.get(name, f'--set {name}')}: {FIELDS[problem]}")


def _callbacks(store: "Store") -> dict[str, Any]:
    from ebexo.callbacks.addresses import callback_addresses, public_base

    return {"callbacks": callback_addresses(store.handle, base=public_base())}


def _check(saved: "Saved") -> dict[str, Any]:
    from ebexo.connection.sentences.checking import CONNECTION, WORKS

    found = saved.check.problem
    with override("en"):
        sentence = str(CONNECTION[found] if found else WORKS)
    return {"check": {"ok": found is None, "problem": found, "sentence": sentence}}


def _print(answer: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False))
        return
    check, callbacks = answer.pop("check"), answer.pop("callbacks")
    lines = answer | {f"callback {name}": address for name, address in callbacks.items()}
    for name, value in lines.items():
        click.echo(f"{name}: {value}")
    click.echo(check["sentence"])
