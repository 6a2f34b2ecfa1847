"""`ebexo consent …`."""

import click

from ebexo.cli import Refusal, use_tables
from ebexo.cli.stores import find_store


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
    from ebexo.consents.ledger import add_consent
    from ebexo.consents.models import Consent

    found, code = find_store(store), code.strip()
    if not code or len(code) > 64:
        raise Refusal("CODE must have 1 to 64 characters.")
    if Consent.objects.filter(store=found, code=code).exists():
        raise Refusal(f"CODE {code}: the store has a consent with this code already.")
    add_consent(store_id=found.pk, code=code, name=name, text=text, vendor_name=vendor_name)
    click.echo(f"Added the consent {code}.", err=True)
