"""`ebexo store keys`, `…-key` and `rotate-signing-secret`: how a store's calls are recognised."""

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click

from ebexo.cli import Refusal, use_tables
from ebexo.cli.stores import find_store

if TYPE_CHECKING:
    from ebexo.stores.models import ApiKey, Store

A_YEAR = 365 * 24
as_one_object = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object on standard output."
)
with_overlap = click.option(
    "--overlap",
    "hours",
    type=click.IntRange(0, A_YEAR),
    default=24,
    show_default=True,
    metavar="HOURS",
    help="How long what is replaced still works.",
)


@click.command(name="keys")
@click.argument("store")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list on standard output.")
def list_keys(store: str, *, as_json: bool) -> None:
    """List the API keys of STORE. The keys themselves can't be shown again."""
    use_tables()
    from django.utils import timezone

    now = timezone.now()
    found = list(find_store(store).api_keys.order_by("-pk"))
    if as_json:
        click.echo(json.dumps([_fields(key) for key in found], ensure_ascii=False))
        return
    for key in found:
        used = f"last used {_minute(key.last_used_at)}" if key.last_used_at else "not used yet"
        click.echo(f"{key.pk}  {key.hint}  made {_minute(key.created_at)}  {used}  {_state(key, now)}")


@click.command()
@click.argument("store")
@as_one_object
def add_key(store: str, *, as_json: bool) -> None:
    """Make one more API key for STORE. It is printed once."""
    use_tables()
    from ebexo.stores import keys

    found = find_store(store)
    _print_key(found, keys.add_key(found), as_json=as_json)


@click.command()
@click.argument("store")
@with_overlap
@as_one_object
def rotate_key(store: str, *, hours: int, as_json: bool) -> None:
    """Make a new API key for STORE and let all others end. The new one is printed once."""
    use_tables()
    from django.utils import timezone

    from ebexo.stores import keys

    found, now, overlap = find_store(store), timezone.now(), timedelta(hours=hours)
    _print_key(found, keys.rotate_key(found, now=now, overlap=overlap), as_json=as_json)
    end = f"work until {_minute(now + overlap)}" if hours else "no longer work"
    click.echo(f"Keys made before {end}.", err=True)


@click.command()
@click.argument("store")
@click.argument("key")
def revoke_key(store: str, key: str) -> None:
    """Let one API key of STORE open nothing from now on.

    KEY is its number or how it begins, as ebexo store keys lists it.
    """
    use_tables()
    from django.utils import timezone

    from ebexo.stores import keys

    found, now = find_store(store), timezone.now()
    revoked = _find_key(found, key)
    keys.revoke_key(found, revoked.pk, now=now)
    click.echo(f"Revoked the key {revoked.hint}.", err=True)
    if not keys.working_keys(found, now=now).exists():
        click.echo("No other key of this store works. Make one with ebexo store add-key.", err=True)


@click.command()
@click.argument("store")
@with_overlap
@as_one_object
def rotate_signing_secret(store: str, *, hours: int, as_json: bool) -> None:
    """Make a new signing secret for STORE. It is printed once."""
    use_tables()
    from django.utils import timezone

    from ebexo.stores import keys

    found, now, overlap = find_store(store), timezone.now(), timedelta(hours=hours)
    secret = keys.rotate_signing_secret(found, now=now, overlap=overlap)
    click.echo(json.dumps({"store": found.handle, "signing_secret": secret}) if as_json else secret)
    end = f"works until {_minute(now + overlap)}" if hours else "no longer works"
    click.echo(f"The secret it replaces {end}.", err=True)


STORE_KEYS = (list_keys, add_key, rotate_key, revoke_key, rotate_signing_secret)
"""What belongs below `ebexo store`."""


def _find_key(store: "Store", text: str) -> "ApiKey":
    """The key meant by `text`. What was typed is not repeated: it may be a whole key. Raises Refusal."""
    unrevoked = list(store.api_keys.filter(revoked_at=None))
    if numbered := [key for key in unrevoked if str(key.pk) == text]:
        return numbered[0]
    begun = [key for key in unrevoked if key.hint.rstrip("…") == text.rstrip("…")]
    if len(begun) > 1:
        raise Refusal("KEY: several keys begin like this. Give its number, as ebexo store keys lists it.")
    if not begun:
        raise Refusal(f"KEY: the store has no such key. Run ebexo store keys {store.handle}.")
    return begun[0]


def _print_key(store: "Store", key: str, *, as_json: bool) -> None:
    click.echo(json.dumps({"store": store.handle, "api_key": key}) if as_json else key)


def _fields(key: "ApiKey") -> dict[str, object]:
    moments = ("created_at", "last_used_at", "ends_at", "revoked_at")
    told = {name: moment and moment.isoformat() for name in moments for moment in [getattr(key, name)]}
    return {"id": key.pk, "hint": key.hint} | told


def _state(key: "ApiKey", now: datetime) -> str:
    if key.revoked_at:
        return f"revoked {_minute(key.revoked_at)}"
    if key.ends_at is None:
        return "works"
    return f"{'works until' if key.ends_at > now else 'ended'} {_minute(key.ends_at)}"


def _minute(moment: datetime) -> str:
    """In UTC, as on every server."""
    return f"{moment:%Y-%m-%d %H:%M}Z"
