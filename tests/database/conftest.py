"""A store, its account, and short ways to tell events and to send them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, connections

from ebexo.consents.ledger import add_consent
from ebexo.ingest.receive import Receipt, receive
from ebexo.outbox.models import Message
from ebexo.stores.models import Account, Store
from ebexo.stores.opening import open_store

NOBODY_LISTENS = "http://127.0.0.1:1"


def _opened(name: str) -> Store:
    store, key = open_store(name)
    account = store.account
    account.active, account.endpoint = True, NOBODY_LISTENS
    account.owner_email, account.client_id = "owner@shop.example", "sandbox-client"
    account.api_secret = "sandbox-secret"
    account.save()
    store.api_key = key  # type: ignore[attr-defined]  # shown once, as in life
    return store


@pytest.fixture
def store(db: None) -> Store:
    """A store whose integration is switched on, in the automatic mode."""
    return _opened("Olcha")


@pytest.fixture
def other_store(db: None) -> Store:
    return _opened("Brzoza")


@pytest.fixture
def with_settings(store: Store) -> Callable[..., Account]:
    """Change settings of the store's account, as if they had been saved."""

    def change(**settings: Any) -> Account:
        if "consent_code" in settings:
            add_consent(
                store_id=store.pk, code=settings["consent_code"], name="Marketing", text="Yes, write to me."
            )
        account = Account.objects.get(store=store)
        for name, value in settings.items():
            setattr(account, name, value)
        account.save()
        return account

    return change


@pytest.fixture
def an_event() -> Callable[..., dict[str, Any]]:
    """A store event; `email` and `customer` fields are the customer's, everything else the event's own."""

    def make(number: object = 1, *, email: str = "jan.kowalski@example.com", **fields: Any) -> dict[str, Any]:
        return {
            "id": f"event-{number}",
            "type": "customer.updated",
            "occurred_at": "2026-11-01T10:00:00Z",
            "customer": {"email": email, **fields.pop("customer", {})},
            **fields,
        }

    return make


@pytest.fixture
def tell(store: Store, an_event: Callable[..., dict[str, Any]]) -> Callable[..., Message]:
    """Receive one event for the store; the message it became."""

    def told(*args: Any, **fields: Any) -> Message:
        receipt: Receipt = receive(store, an_event(*args, **fields))
        return receipt.message

    return told


@pytest.fixture
def everything_stored(db: None) -> Callable[[], str]:
    """Every row of every table as one text."""

    def dumped() -> str:
        rows = []
        with connection.cursor() as cursor:
            for model in [*apps.get_models(include_auto_created=True)]:
                if not model._meta.app_label.startswith("ebexo_"):
                    continue
                cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')
                rows += [f"{model._meta.db_table}: {row!r}" for row in cursor.fetchall()]
        return "\n".join(rows)

    return dumped


@pytest.fixture
def in_threads() -> Callable[[int, Callable[[int], Any]], list[Any]]:
    """Run a function in so many threads at once, each with a connection of its own; results or errors in order."""

    def closing(work: Callable[[int], Any], number: int) -> Any:
        try:
            return work(number)
        except Exception as error:  # noqa: BLE001  (handed to the test)
            return error
        finally:
            connections.close_all()

    def run(threads: int, work: Callable[[int], Any]) -> list[Any]:
        with ThreadPoolExecutor(threads) as pool:
            return list(pool.map(lambda number: closing(work, number), range(threads)))

    return run


@pytest.fixture
def on_postgresql() -> bool:
    return connection.vendor == "postgresql"


@pytest.fixture
def state_of() -> Callable[[Message], dict[str, Any]]:
    """State, reason and tries of a message as they are stored now."""

    def found(message: Message) -> dict[str, Any]:
        return dict(Message.objects.values("state", "reason", "attempts", "in_doubt").get(pk=message.pk))

    return found
