"""`ebexo consent …`."""

from collections.abc import Mapping

import click

from ebexo.cli import Refusal, use_tables
from ebexo.cli.stores import find_store

OPTIONS = {"code": "CODE", "name": "--name", "text": "--text", "vendor_name": "--vendor-name"}
PROBLEMS = {
    "required": "it must not be empty",
    "too_long": "it takes at most {longest} characters",
    "unreadable": "there is a character in it that can't be stored",
    "taken": "the store has a consent with this code already",
}


@click.group()
def consent() -> None:
    """Consents that shoppers can accept."""


@consent.command()
@click.argument("store")
@click.argument("code")
@click.option("--name", required=True, help="What the shopper's consent is called.")
@click.option("--text", required=True, help="The wording the shopper accepts.")
@click.option("--vendor-name", default="", help="The consent's name in SALESmanago, if it has one there.")
def add(store: str, code: str, name: str, text: str, vendor_name: str) -> None:
    """Add a consent with the first version of its wording."""
    use_tables()
    from ebexo.consents import editing

    traits = editing.Traits(name, vendor_name=vendor_name)
    try:
        added = editing.add(find_store(store).pk, code=code, text=text, traits=traits)
    except editing.RefusedConsent as error:
        raise _refusal(error.problems, longest=editing.LONGEST) from None
    click.echo(f"Added the consent {added.code}.", err=True)


def _refusal(problems: Mapping[str, str], *, longest: Mapping[str, int]) -> Refusal:
    name = next(name for name in OPTIONS if name in problems)
    sentence = PROBLEMS[problems[name]].format(longest=longest.get(name))
    return Refusal(f"{OPTIONS[name]}: {sentence}.")
