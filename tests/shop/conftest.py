"""The shop's side: run with `EBEXO_TEST_SETTINGS=demo.settings` and `--ds=demo.settings`."""

import os
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

if os.environ["DJANGO_SETTINGS_MODULE"] != "demo.settings":
    collect_ignore_glob = ["*"]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("filterwarnings", "ignore:Using Category:DeprecationWarning")  # Oscar's own debt


REGISTRATION = {
    "first_name": "Ewa",
    "last_name": "Nowak",
    "email": "Ewa@Example.com",
    "password1": "bardzo-tajne-1",
    "password2": "bardzo-tajne-1",
    "phone": "601 202 303",
    "company": "Nowak",
    "birth_date": "1984-03-17",
    "registration_submit": "1",
}


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def store(db: None, settings: Any) -> Any:
    """The store that the shop is, connected to a SALESmanago that nobody calls here."""
    from ebexo.stores.opening import open_store

    opened, _key = open_store("Olcha")
    account = opened.account
    account.active, account.owner_email, account.client_id = True, "owner@shop.example", "client-1"
    account.endpoint, account.api_secret = "https://app3.salesmanago.pl", "secret"
    account.save()
    settings.EBEXO = {**settings.EBEXO, "STORE": opened.handle}
    return opened


@pytest.fixture
def told(store: Any) -> Callable[[], list[dict[str, Any]]]:
    """The events told so far, oldest first."""
    import json

    from ebexo.outbox.models import Message

    return lambda: [json.loads(message.payload or "") for message in Message.objects.order_by("pk")]


@pytest.fixture
def committed(django_capture_on_commit_callbacks: Any) -> Any:
    """Runs what the shop does, and what follows its commit."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def register(committed: Any) -> Callable[..., Client]:
    """Registers in the shop's own form; gives the browser that is logged in since."""

    def registered(**changes: str) -> Client:
        browser = Client()
        with committed():
            answer = browser.post("/accounts/register/", REGISTRATION | changes)
        assert answer.status_code == 302
        return browser

    return registered
