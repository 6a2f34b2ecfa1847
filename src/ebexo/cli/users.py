"""`ebexo user …`: who may log in to the panel, and what they see there."""

import json
from typing import TYPE_CHECKING, Any

import click

from ebexo.cli import Refusal, use_tables
from ebexo.cli.stores import find_store

if TYPE_CHECKING:
    from ebexo.panel.links import NewLink
    from ebexo.panel.models import User


@click.group()
def user() -> None:
    """People who may log in to the panel."""


@user.command()
@click.argument("email")
@click.option(
    "--role", type=click.Choice(["operator", "owner", "viewer"]), required=True, help="What they may do."
)
@click.option("--store", metavar="STORE", help="The store they belong to; an operator sees every store.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output.")
def add(email: str, *, role: str, store: str | None, as_json: bool) -> None:
    """Let EMAIL in, and print a link with which they choose their password. It works once, for seven days.

    Said once more, it adds a store or changes a role, and gives a new link, for a password that was forgotten.
    """
    use_tables()
    person = _added(_readable(email), role=role, store=store)
    link = _invited(person)
    answer = {"email": person.email, "role": role, "store": store}
    if as_json:
        click.echo(json.dumps(answer | {"url": link.url, "expires_at": link.ends_at.isoformat()}))
        return
    _print_link(person, link)


@user.command(name="list")
@click.option("--store", metavar="STORE", help="Only those who may see this store.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list on standard output.")
def list_users(*, store: str | None, as_json: bool) -> None:
    """List who may log in, and their roles."""
    use_tables()
    from ebexo.panel.users import people

    only = find_store(store).handle if store else None
    listed = [described for person in people() if (described := _described(person, only=only))]
    if as_json:
        click.echo(json.dumps(listed))
        return
    for row in listed:
        rights = ", ".join(" ".join(filter(None, right.values())) for right in row["roles"]) or "no store"
        click.echo(f"{row['email']}  {rights}{'' if row['has_password'] else '  (no password yet)'}")


@user.command()
@click.argument("email")
@click.option("--store", metavar="STORE", help="Take only this store away from them; their login stays.")
def remove(email: str, *, store: str | None) -> None:
    """Remove the login of EMAIL. Whoever is logged in with it is out at once."""
    use_tables()
    from ebexo.panel.users import remove_login, remove_member

    person = _found(email)
    if store is None:
        remove_login(person)
        click.echo(f"Removed the login of {person.email}.", err=True)
        return
    if not remove_member(person, find_store(store)):
        raise Refusal(f"--store {store}: {person.email} is no member of this store.")
    click.echo(f"{person.email} no longer sees {store}.", err=True)


@user.command(name="password-link")
@click.argument("email")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output.")
def password_link(email: str, *, as_json: bool) -> None:
    """Print a link with which EMAIL chooses a new password. It works once, for seven days.

    For a password that was forgotten. The one they have works until they choose another.
    """
    use_tables()
    from ebexo.audit.actions import Action
    from ebexo.audit.recording import record
    from ebexo.panel.access import home_of

    person = _found(email)
    link = _invited(person)
    record(Action.PASSWORD_LINK_MADE, store_id=home_of(person), subject=person.email)
    if as_json:
        click.echo(
            json.dumps({"email": person.email, "url": link.url, "expires_at": link.ends_at.isoformat()})
        )
        return
    _print_link(person, link)


@user.command(name="reset-two-factor")
@click.argument("email")
def reset_two_factor(email: str) -> None:
    """Let EMAIL log in with the password alone, for somebody who lost their phone and their recovery codes."""
    use_tables()
    from ebexo.panel.two_factor.keeping import reset

    person = _found(email)
    if not reset(person):
        raise Refusal(f"EMAIL {email}: this login has no two-factor authentication.")
    click.echo(f"{person.email} logs in with the password alone now.", err=True)


def _found(email: str) -> "User":
    """Whoever has a login with this e-mail. Raises Refusal."""
    from ebexo.panel.users import people

    person = people().filter(email=email.strip().lower()).first()
    if person is None:
        raise Refusal(f"EMAIL {email}: nobody has a login with this e-mail. Run ebexo user list.")
    return person


def _print_link(person: "User", link: "NewLink") -> None:
    click.echo(link.url)
    click.echo(
        f"Send this link to {person.email}. It works once, until {link.ends_at:%Y-%m-%d %H:%M} UTC.", err=True
    )


def _readable(email: str) -> str:
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_email

    from ebexo.panel.users import NOWHERE

    tidy = email.strip().lower()
    try:
        validate_email(tidy)
    except ValidationError:
        raise Refusal(f"EMAIL {email}: this is not an e-mail address.") from None
    if tidy.endswith(f"@{NOWHERE}"):
        raise Refusal(f"EMAIL {email}: nobody can be reached at this address.")
    return tidy


def _added(email: str, *, role: str, store: str | None) -> "User":
    from ebexo.panel.models import Role
    from ebexo.panel.users import IsOperator, add_member, add_operator

    if role == "operator":
        if store:
            raise Refusal("--store: an operator sees every store. Leave it out, or choose owner or viewer.")
        return add_operator(email)
    if not store:
        raise Refusal(f"--store is missing: say which store they are {role} of.")
    try:
        return add_member(email, store=find_store(store), role=Role(role))
    except IsOperator:
        raise Refusal(f"EMAIL {email}: this is an operator, who sees every store already.") from None


def _invited(person: "User") -> "NewLink":
    from django.utils import timezone

    from ebexo.callbacks.addresses import public_base
    from ebexo.panel.links import new_link
    from ebexo.panel.models import Link

    return new_link(person, Link.Purpose.INVITATION, base=public_base(), now=timezone.now())


def _described(person: "User", *, only: str | None) -> dict[str, Any] | None:
    """None for somebody who may not see the store `only`."""
    from ebexo.panel.users import rights_of

    rights = rights_of(person)
    roles = [{"role": right.role, "store": right.store.handle if right.store else None} for right in rights]
    if only and not any(right["store"] in (only, None) for right in roles):
        return None
    return {
        "email": person.email,
        "roles": roles,
        "has_password": person.has_usable_password(),
        "last_login_at": person.last_login.isoformat() if person.last_login else None,
    }
