"""The connection check against a SALESmanago that runs: the sandbox."""

import dataclasses
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from ebexo.connection import settings as account_settings
from ebexo.connection.sentences.checking import CONNECTION, WORKS
from ebexo.environment import environment
from ebexo.stores.models import Account, Store

Browser = Callable[..., Client]
Read = Callable[[Any], str]
Typed = Callable[..., dict[str, str]]


@pytest.fixture(scope="module")
def sandbox_address() -> Iterator[str]:
    """A sandbox in a process of its own."""
    command = [str(Path(sys.executable).with_name("ebexo")), "sandbox", "--bind", "127.0.0.1:0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        line = process.stdout.readline()
        yield line[line.index("http://") :].split()[0].rstrip("/.")
        process.terminate()


@pytest.fixture
def sandbox(sandbox_address: str, store: Store, monkeypatch: pytest.MonkeyPatch) -> str:
    """The sandbox as an endpoint that is allowed, and that the store is set up with."""
    allowed = dataclasses.replace(environment(), extra_endpoints=(sandbox_address,))
    monkeypatch.setattr(account_settings, "environment", lambda: allowed)
    Account.objects.filter(pk=store.pk).update(endpoint=sandbox_address)
    return sandbox_address


def test_credentials_of_the_account_work(
    browser: Browser, read: Read, typed: Typed, sandbox: str, store: Store, page: str
) -> None:
    response = browser().post(page, typed(endpoint=sandbox, api_secret="sandbox-secret"), follow=True)

    assert f'<p class="panel-note panel-success">{WORKS}</p>' in read(response)
    assert Account.objects.get(pk=store.pk).check_problem is None


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"api_secret": "wrong-secret"}, "secret"),
        ({"api_secret": "sandbox-secret", "owner_email": "nobody@shop.example"}, "owner"),
    ],
)
def test_wrong_credentials_are_told_with_their_remedy(
    browser: Browser,
    read: Read,
    typed: Typed,
    sandbox: str,
    store: Store,
    page: str,
    change: dict[str, str],
    problem: str,
) -> None:
    response = browser().post(page, typed(endpoint=sandbox, **change), follow=True)

    assert str(CONNECTION[problem]) in read(response)
    assert Account.objects.get(pk=store.pk).check_problem == problem


def test_unknown_client_id_is_told_after_agreeing_to_the_other_account(
    browser: Browser, read: Read, typed: Typed, sandbox: str, store: Store, page: str
) -> None:
    client = browser()
    other = typed(endpoint=sandbox, client_id="unknown-client", api_secret="sandbox-secret")
    nonce = client.post(page, other).context["nonce"]

    response = client.post(page, {"agreed": nonce}, follow=True)

    assert str(CONNECTION["client_id"]) in read(response)
    assert Account.objects.get(pk=store.pk).check_problem == "client_id"
