"""Every command that changes something writes exactly one entry of the audit log, and those that read write none."""

import getpass
from collections.abc import Callable
from typing import Any

import click
import pytest
from django.utils import timezone

from ebexo.audit.actions import Action
from ebexo.audit.models import Entry
from ebexo.cli.commands import ebexo as all_commands
from ebexo.outbox.stopping import stop
from ebexo.panel.models import User
from ebexo.panel.two_factor import keeping
from ebexo.stores.operators import add_operator_key

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def _member(store: Any) -> tuple[str, ...]:
    return ("ala@shop.example", "--role", "viewer", "--store", store.handle)


def _two_factor() -> str:
    import pyotp

    user = User.objects.create_user("ala@shop.example", "dobre-haslo-do-panelu")
    keeping.switch_on(user, SECRET, pyotp.TOTP(SECRET).now(), now=timezone.now())
    return user.email


def _login() -> str:
    return User.objects.create_user("ala@shop.example", "dobre-haslo-do-panelu").email


def _operator_key() -> str:
    return str(add_operator_key()[0].pk)


def _paused(store: Any) -> str:
    stop(store.pk, now=timezone.now())
    return str(store.handle)


COMMANDS: dict[str, tuple[Callable[[Any], tuple[str, ...]], Action]] = {
    "store create": (lambda store: ("Krzesła",), Action.STORE_OPENED),
    "store update": (lambda store: (store.handle, "--set", "rate=20"), Action.SETTINGS_SAVED),
    "store remove": (lambda store: (store.handle, "--yes"), Action.STORE_REMOVED),
    "store pause": (lambda store: (store.handle,), Action.SENDING_PAUSED),
    "store resume": (lambda store: (_paused(store),), Action.SENDING_RESUMED),
    "store add-key": (lambda store: (store.handle,), Action.API_KEY_ADDED),
    "store rotate-key": (lambda store: (store.handle,), Action.API_KEYS_ROTATED),
    "store revoke-key": (
        lambda store: (store.handle, str(store.api_keys.get().pk)),
        Action.API_KEY_REVOKED,
    ),
    "store rotate-signing-secret": (lambda store: (store.handle,), Action.SIGNING_SECRET_ROTATED),
    "consent add": (
        lambda store: (store.handle, "news", "--name", "News", "--text", "Yes."),
        Action.CONSENT_ADDED,
    ),
    "user add": (_member, Action.USER_ADDED),
    "user remove": (lambda store: (_login(),), Action.LOGIN_REMOVED),
    "user password-link": (lambda store: (_login(),), Action.PASSWORD_LINK_MADE),
    "user reset-two-factor": (lambda store: (_two_factor(),), Action.TWO_FACTOR_RESET),
    "operator-key": (lambda store: (), Action.OPERATOR_KEY_ADDED),
    "operator-key create": (lambda store: (), Action.OPERATOR_KEY_ADDED),
    "operator-key revoke": (lambda store: (_operator_key(),), Action.OPERATOR_KEY_REVOKED),
    "keys rotate": (lambda store: (), Action.SECRETS_REENCRYPTED),
    "prune": (lambda store: (), Action.DATA_PRUNED),
}

CHANGES_NOTHING = {
    "consent",
    "demo",
    "doctor",
    "keys",
    "keys generate",
    "manage",
    "migrate",
    "move",
    "operator-key list",
    "sandbox",
    "serve",
    "store",
    "store keys",
    "store list",
    "support-bundle",
    "user",
    "user list",
    "web",
    "worker",
}
"""They read, or run, or change nothing but tables as such. What `import` and `move` do is recorded, and tried where
they are."""


def _names(command: click.Command, *before: str) -> list[str]:
    found = [" ".join(before)] if before else []
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            found += _names(inner, *before, name)
    return found


def test_every_command_is_tried_here() -> None:
    commands = {
        name for name in _names(all_commands) if name.split()[0] not in ("import", "history", "support")
    }

    assert commands - CHANGES_NOTHING <= set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_command_writes_exactly_one_entry(ebexo: Any, store: Any, name: str) -> None:
    arguments, action = COMMANDS[name]
    given = arguments(store)
    before = list(Entry.objects.values_list("pk", flat=True))

    status, _out, err = ebexo(*name.split(), *given)

    assert (status, "Error" in err) == (0, False)
    (entry,) = Entry.objects.exclude(pk__in=before)
    assert (entry.action, entry.actor_kind, entry.actor) == (action, "command_line", getpass.getuser())


READING = ["store list", "user list", "operator-key list", "keys generate"]


@pytest.mark.parametrize("name", READING)
def test_command_that_reads_writes_none(ebexo: Any, store: Any, name: str) -> None:
    before = Entry.objects.count()

    status, _out, _err = ebexo(*name.split())

    assert (status, Entry.objects.count()) == (0, before)


def test_store_that_is_opened_with_settings_has_an_entry_of_each(ebexo: Any) -> None:
    ebexo("store", "create", "Krzesła", "--email", "owner@shop.example", "--json")

    rows = Entry.objects.order_by("pk").values_list("action", flat=True)
    assert list(rows) == [Action.STORE_OPENED, Action.SETTINGS_SAVED]


def test_saving_settings_that_stay_as_they_are_writes_none(ebexo: Any, store: Any) -> None:
    before = Entry.objects.count()

    status, _out, _err = ebexo("store", "update", store.handle)

    assert (status, Entry.objects.count()) == (0, before)


CALLS = [
    ("POST", "", {"name": "Krzesła"}, 201, Action.STORE_OPENED),
    ("DELETE", "/{handle}", None, 204, Action.STORE_REMOVED),
    ("POST", "/{handle}/panel-link", None, 201, Action.PANEL_LINK_MADE),
]


@pytest.mark.parametrize(("method", "path", "body", "status", "action"), CALLS)
def test_call_of_a_platform_writes_exactly_one_entry(
    call: Any, operator_key: str, store: Any, method: str, path: str, body: Any, status: int, action: Action
) -> None:
    before = list(Entry.objects.values_list("pk", flat=True))

    answer = call(method, path.format(handle=store.handle), body)

    assert answer.status_code == status
    (entry,) = Entry.objects.exclude(pk__in=before)
    assert (entry.action, entry.actor_kind, entry.actor) == (action, "operator_key", f"{operator_key[:7]}…")
    assert entry.address == "127.0.0.1"


def test_whom_a_platform_sends_is_recorded_as_the_platform(call: Any, browser: Any, store: Any) -> None:
    url = call("POST", f"/{store.handle}/panel-link").json()["url"]

    browser().get(url.partition("testserver")[2])

    entry = Entry.objects.latest("pk")
    assert (entry.action, entry.actor_kind, entry.actor, entry.store_id) == (
        Action.LOGGED_IN,
        "platform",
        "",
        store.pk,
    )
