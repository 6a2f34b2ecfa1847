"""`ebexo operator-key …`: the keys with which a platform opens and removes stores."""

import json
from datetime import datetime
from typing import TYPE_CHECKING

import click

from ebexo.cli import Refusal, use_tables

if TYPE_CHECKING:
    from ebexo.stores.models import OperatorKey

KEEP_IT = "Keep it well: it is shown this once, and opens and removes every store of this installation."


@click.group(name="operator-key", invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output.")
@click.pass_context
def operator_key(context: click.Context, *, as_json: bool) -> None:
    """Keys of the platform: they open and remove stores. Without a command: make one."""
    if context.invoked_subcommand is None:
        _create(as_json=as_json)


@operator_key.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output.")
def create(*, as_json: bool) -> None:
    """Make an operator key. It is printed once."""
    _create(as_json=as_json)


@operator_key.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list on standard output.")
def list_keys(*, as_json: bool) -> None:
    """List the operator keys, newest first; of each only how it begins."""
    use_tables()
    from ebexo.stores.models import OperatorKey

    keys = list(OperatorKey.objects.order_by("-pk"))
    if as_json:
        click.echo(json.dumps([_fields(key) for key in keys], ensure_ascii=False))
        return
    for key in keys:
        used = f"last used {_minute(key.last_used_at)}" if key.last_used_at else "not used yet"
        state = f"revoked {_minute(key.revoked_at)}" if key.revoked_at else "works"
        click.echo(f"{key.pk}  {key.hint}  made {_minute(key.created_at)}  {used}  {state}")


@operator_key.command()
@click.argument("key")
def revoke(key: str) -> None:
    """Let an operator key open nothing from now on.

    KEY is its number or how it begins, as ebexo operator-key list shows it.
    """
    use_tables()
    from django.utils import timezone

    from ebexo.stores.operators import revoke_operator_key

    found = _find_key(key)
    revoke_operator_key(found.pk, now=timezone.now())
    click.echo(f"Revoked the operator key {found.hint}.", err=True)


def _find_key(text: str) -> "OperatorKey":
    """The key meant by `text`. What was typed is not repeated: it may be a whole key. Raises Refusal."""
    from ebexo.stores.models import OperatorKey

    unrevoked = list(OperatorKey.objects.filter(revoked_at=None))
    meant = [key for key in unrevoked if str(key.pk) == text] or [
        key for key in unrevoked if key.hint.rstrip("…") == text.rstrip("…")
    ]
    if len(meant) > 1:
        raise Refusal(
            "KEY: several keys begin like this. Give its number, as ebexo operator-key list shows it."
        )
    if not meant:
        raise Refusal("KEY: there is no such operator key. Run ebexo operator-key list.")
    return meant[0]


def _fields(key: "OperatorKey") -> dict[str, object]:
    moments = ("created_at", "last_used_at", "revoked_at")
    told = {name: moment and moment.isoformat() for name in moments for moment in [getattr(key, name)]}
    return {"id": key.pk, "hint": key.hint} | told


def _minute(moment: datetime) -> str:
    """In UTC, as on every server."""
    return f"{moment:%Y-%m-%d %H:%M}Z"


def _create(*, as_json: bool) -> None:
    use_tables()
    from ebexo.stores.operators import add_operator_key

    row, key = add_operator_key()
    click.echo(json.dumps({"id": row.pk, "operator_key": key}) if as_json else key)
    if not as_json:
        click.echo(KEEP_IT, err=True)
