"""How fast a shop's customers get to SALESmanago: `python -m bench.imports`, see `bench/README.md`.

Four hundred contacts a call, one call at a time, and a far side that takes 100 ms for each. Against public Python
clients of SALESmanago, which send one contact a call, and against a loop of prepared batch bodies. The store's own
limit of ten calls a second is lifted.
"""

import argparse
import asyncio
import hashlib
import importlib
import json
import os
import tempfile
import time
import warnings
from collections.abc import Callable
from typing import Any

import aiohttp

from bench.delivery import _drain, _event, _show, _store, _vendor

A_BATCH = 400
MILLISECONDS = 100


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.imports", description=__doc__)
    parser.add_argument("--people", type=int, default=8000, help="to import in each round")
    parser.add_argument("--calls", type=int, default=40, help="of each of the other clients")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ebexo-bench-") as folder:
        os.environ |= {"EBEXO_DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "ebexo.settings"}
        os.environ |= {"EBEXO_LOG_LEVEL": "ERROR", "NO_PROXY": "*"}
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        with _vendor(MILLISECONDS) as url:
            _measure(url, options)


def _measure(url: str, options: argparse.Namespace) -> None:
    rounds = [_round(url, options.people) for _ in range(options.rounds)]
    clients = {
        "entirius-py-salesmanago-sdk": _entirius(url),
        "salesmanago-python-api": _python_api(url),
    }
    others = {name: _per_second(tell, options.calls) for name, tell in clients.items()}
    for name, found in others.items():
        _show(f"{name}, contacts/s", [found])
    fastest = max(others.values())
    _show("import, first time, contacts/s", [new for new, _, _ in rounds])
    _show("import, known there, contacts/s", [known for _, known, _ in rounds])
    _show("raw loop of batches, contacts/s", [raw for _, _, raw in rounds])
    _show("import_vs_clients (goal: 20)", [new / fastest for new, _, _ in rounds], digits=1)
    _show("import_vs_raw (goal: 0.7)", [known / raw for _, known, raw in rounds], digits=2)
    _show("the same, first time", [new / raw for new, _, raw in rounds], digits=2)


def _round(url: str, people: int) -> tuple[float, float, float]:
    """Contacts a second: of an import of people nobody was told of, of the same people once more, of the raw loop."""
    store = _store(url)
    speeds = []
    for word in ("first", "then"):
        _fill(store.pk, people, word)
        started = time.monotonic()
        asyncio.run(_drain(store))
        speeds.append(people / (time.monotonic() - started))
    return speeds[0], speeds[1], asyncio.run(_raw(url, people))


def _fill(store_id: int, people: int, word: str) -> None:
    """An outbox in which so many customers wait as history."""
    from ebexo.ingest.lists import receive_list
    from ebexo.outbox.models import Key, Message
    from ebexo.outbox.states import MessageKind
    from ebexo.stores.models import Store

    events = [
        _event(f"{word}-{store_id}-{number}", f"person-{number}@example.com") for number in range(people)
    ]
    receive_list(Store.objects.get(pk=store_id), events)
    Message.objects.filter(store_id=store_id, done_at=None).update(kind=MessageKind.HISTORY)
    Key.objects.filter(store_id=store_id).update(is_history=True)


async def _raw(url: str, people: int) -> float:
    """The limit: batch bodies made beforehand, one after the other, nothing read from or written to any database."""
    contacts = [{"contact": {"email": f"person-{number}@example.com"}} for number in range(people)]
    bodies = [
        json.dumps({"upsertDetails": contacts[start : start + A_BATCH]}).encode()
        for start in range(0, people, A_BATCH)
    ]
    headers = {"Content-Type": "application/json"}
    async with aiohttp.ClientSession(url, headers=headers) as session:
        started = time.monotonic()
        for body in bodies:
            async with session.post("/api/contact/batchupsert", data=body) as answer:
                await answer.json()
        return people / (time.monotonic() - started)


def _per_second(tell: Callable[[int], object], calls: int) -> float:
    started = time.monotonic()
    for number in range(calls):
        tell(number)
    return calls / (time.monotonic() - started)


def _entirius(url: str) -> Callable[[int], object]:
    """Tells one contact by `entirius-py-salesmanago-sdk`, which reads the address when it is imported."""
    from django.conf import settings

    settings.SALESMANAGO_API_URL = f"{url}/api/"
    sdk, dto = _imported("salesmanago_sdk.services.client"), _imported("salesmanago_sdk.dto.customer")
    sha = hashlib.sha1(b"keybenchbench", usedforsecurity=False).hexdigest()
    client = sdk.SalesmanagoClient(clientId="bench", apiKey="key", sha=sha, owner="owner@shop.example")

    def tell(number: int) -> object:
        contact = dto.CustomerContact(email=f"person-{number}@example.com", name="Jan Kowalski")
        return client.create_or_modify_customer(sdk.CustomerData(contact=contact))

    return tell


def _python_api(url: str) -> Callable[[int], object]:
    """Tells one contact by `salesmanago-python-api`, which knows https and port 443 alone: led to the far side."""
    service = _imported("salesmanago_python_api.services.client")
    client = service.SalesManagoClientService("key", "bench", "bench", "app2.salesmanago.com")
    session = client.session_setup(retries=0)
    session.mount("https://", _Led(url, session.get_adapter("http://")))

    def tell(number: int) -> object:
        email = f"person-{number}@example.com"
        return client.upsert(client.ClientData(email=email, owner="owner@shop.example", name="Jan Kowalski"))

    return tell


class _Led:
    """An adapter of `requests` that leads everything to one address."""

    def __init__(self, url: str, adapter: Any) -> None:
        self._url, self._adapter = url, adapter

    def send(self, request: Any, **options: Any) -> Any:
        request.url = f"{self._url}{request.path_url}"
        return self._adapter.send(request, **options)

    def close(self) -> None:
        self._adapter.close()


def _imported(name: str) -> Any:
    with warnings.catch_warnings(
        action="ignore"
    ):  # their regular expressions hold what Python means to forbid
        return importlib.import_module(name)


if __name__ == "__main__":
    main()
