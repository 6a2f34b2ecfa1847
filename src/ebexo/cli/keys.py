"""`ebexo keys …`: the keys that the installation's secrets are encrypted with."""

import click

from ebexo.cli import use_tables


@click.group()
def keys() -> None:
    """The keys that stored secrets are encrypted with."""


@keys.command()
def generate() -> None:
    """Print a new key for EBEXO_SECRET_KEYS."""
    from ebexo.secrets import new_key

    click.echo(new_key())


@keys.command()
def rotate() -> None:
    """Encrypt every stored secret anew, with the newest key.

    Without EBEXO_SECRET_KEYS a new key is made first, in the file secret-keys of the data directory.
    """
    use_tables()
    from ebexo.audit.actions import Action
    from ebexo.audit.recording import record
    from ebexo.cli.rotating import re_encrypt_everything
    from ebexo.secrets import add_newest_key, re_encrypt_installation_secret, where_keys_are

    add_newest_key()
    count = re_encrypt_everything()
    re_encrypt_installation_secret()
    record(Action.SECRETS_REENCRYPTED, after={"secrets": count})
    secrets = "1 stored secret" if count == 1 else f"{count} stored secrets"
    click.echo(
        f"Re-encrypted {secrets} and the installation secret with the newest key of {where_keys_are()}."
    )
