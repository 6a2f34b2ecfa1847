"""People with a login, their stores, and a browser without scripts."""

import itertools
from collections.abc import Callable
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest
from django.test import Client

from ebexo.connection import settings as account_settings
from ebexo.connection.check import Check
from ebexo.outbox.models import Message
from ebexo.outbox.put import NewMessage, put
from ebexo.panel.models import Member, Role, User
from ebexo.stores.models import Account, Store
from ebexo.stores.opening import open_store

NOBODY_LISTENS = "http://127.0.0.1:1"
PASSWORD = "dobre-haslo-do-panelu"

Row = dict[str, Any]
Browser = Callable[..., Client]


@pytest.fixture(autouse=True)
def _passwords_are_hashed_quickly(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def store(db: None) -> Store:
    """A store with settings that work: active, automatic, one stored secret."""
    opened, _key = open_store("Krzesła Olcha")
    _set_up(opened.account)
    return opened


@pytest.fixture
def foreign_store(db: None) -> Store:
    opened, _key = open_store("Lampy Jesion")
    _set_up(opened.account)
    return opened


def _set_up(account: Account) -> None:
    account.active, account.owner_email = True, "owner@shop.example"
    account.client_id, account.endpoint = "sandbox-client", NOBODY_LISTENS
    account.api_secret = "stored-secret"
    account.checked_at = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
    account.save()


@pytest.fixture
def people(store: Store, foreign_store: Store) -> dict[str, User]:
    """Alice owns the store, Bob may read it, Charlie owns another one, Olga runs it all, Nadia has nothing yet."""
    names = ("alice", "bob", "charlie", "nadia")
    people = {name: User.objects.create_user(f"{name}@shop.example", PASSWORD) for name in names}
    people["olga"] = User.objects.create_superuser("olga@ebexo.example", PASSWORD)
    Member.objects.create(user=people["alice"], store=store, role=Role.OWNER)
    Member.objects.create(user=people["bob"], store=store, role=Role.VIEWER)
    Member.objects.create(user=people["charlie"], store=foreign_store, role=Role.OWNER)
    return people


@pytest.fixture
def browser(people: dict[str, User]) -> Browser:
    """The browser of somebody who is logged in; `name` None: of somebody who is not."""

    def open_browser(name: str | None = "alice", *, language: str = "en") -> Client:
        client = Client(headers={"Accept-Language": language})
        if name:
            client.force_login(people[name])
        return client

    return open_browser


@pytest.fixture
def read() -> Callable[[Any], str]:
    """The page as text, its characters as people see them, runs of blanks made one."""
    return lambda response: " ".join(unescape(response.content.decode()).split())


@pytest.fixture
def page(store: Store) -> str:
    """The address of the store's settings."""
    return f"/panel/{store.handle}/salesmanago/"


@pytest.fixture
def row() -> Callable[[Store], Row]:
    """Everything that is stored of a store's settings."""
    return lambda store: dict(Account.objects.filter(pk=store.pk).values().get())


@pytest.fixture
def typed() -> Callable[..., dict[str, str]]:
    """The form as the page shows it for `store`, and what is typed over it; None unticks or leaves out."""

    def fill_in(**changes: str | None) -> dict[str, str]:
        shown: dict[str, str | None] = {
            "active": "on",
            "owner_email": "owner@shop.example",
            "client_id": "sandbox-client",
            "api_secret": "",
            "endpoint": NOBODY_LISTENS,
            "mode": "automatic",
            "consent": "",
            "country": "PL",
            "language": "pl",
            "time_zone": "Europe/Warsaw",
            "tags_registration": "",
            "tags_login": "",
            "tags_data_edit": "",
            "tags_newsletter": "",
            "location": "",
            "shop_domain": "",
            "product_id": "id",
            "purchase_counts": "placed",
            "in_doubt": "hold",
            "ignored_domains": "",
            "rate": "10",
            "double_opt_in_email_id": "",
            "double_opt_in_language": "",
        }
        return {name: value for name, value in (shown | changes).items() if value is not None}

    return fill_in


@pytest.fixture
def check_says(monkeypatch: pytest.MonkeyPatch) -> Callable[[str | None], None]:
    """What SALESmanago is found to say about the connection; None: it works."""

    def say(problem: str | None) -> None:
        monkeypatch.setattr(account_settings, "check", lambda account: Check(problem))

    return say


@pytest.fixture
def wait(store: Store) -> Callable[[int], None]:
    """Let so many messages of the store wait to be sent."""
    numbers = itertools.count(1)

    def put_some(count: int) -> None:
        for number in itertools.islice(numbers, count):
            moment = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
            message = NewMessage(f"event-{number}", "customer.logged_in", "0" * 64, moment, moment)
            payload = (
                f'{{"id": "event-{number}", "type": "customer.logged_in", '
                f'"occurred_at": "{moment.isoformat()}", "customer": {{"email": "jan{number}@example.com"}}}}'
            )
            put(store.pk, message, key=f"contact-{number}", payload=payload)
        assert Message.objects.filter(store=store).count() >= count

    return put_some
