"""How fast a shop's customers get to SALESmanago: `python -m bench.imports`, see `bench/README.md`.

Four hundred contacts a call, one call at a time, and a far side that takes 100 ms for each. Against public Python
clients of SALESmanago, which send one contact a call, and against a loop of prepared batch bodies. The store's own
limit of ten calls a second is lifted.
"""

import argparse
import asyncio
import hashlib
import importlib
import os
import statistics
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aiohttp

from bench.delivery import LIFTED, drained, event_of, open_store, tables
from bench.prepared import batch_bodies
from bench.rows import Figures, parser, row, spread, tell
from bench.vendor import vendor_at

if TYPE_CHECKING:
    from ebexo.stores.models import Store

A_BATCH = 400
MILLISECONDS = 100


@dataclass(frozen=True)
class Round:
    """Contacts a second: of an import of people nobody was told of, of the same people once more, of the raw loop, and
    of the public clients by their names."""

    new: float
    known: float
    raw: float
    clients: dict[str, float]


def main() -> None:
    options = parser("bench.imports", __doc__)
    options.add_argument("--people", type=int, default=8000, help="to import in each round")
    options.add_argument("--calls", type=int, default=30, help="of each of the other clients, in each round")
    options.add_argument("--rounds", type=int, default=3)
    chosen = options.parse_args()
    os.environ["NO_PROXY"] = "*"
    with tables(), vendor_at(MILLISECONDS) as url:
        tell(figures(url, chosen), chosen)


def figures(url: str, options: argparse.Namespace) -> Figures:
    """`import_vs_clients` and `import_vs_raw`."""
    clients = {
        "entirius-py-salesmanago-sdk": _entirius(url),
        "salesmanago-python-api": _python_api(url),
    }
    _round(url, people=A_BATCH, clients=clients, calls=2)  # warms up
    rounds = [
        _round(url, people=options.people, clients=clients, calls=options.calls)
        for _ in range(options.rounds)
    ]
    new, known, raw = ([getattr(one, name) for one in rounds] for name in ("new", "known", "raw"))
    by_client = {name: [one.clients[name] for one in rounds] for name in clients}
    fastest = max(clients, key=lambda name: statistics.median(by_client[name]))
    vs_clients = [one.new / max(one.clients.values()) for one in rounds]
    vs_raw, new_vs_raw = [one.known / one.raw for one in rounds], [one.new / one.raw for one in rounds]
    said = (
        f"{options.rounds} rounds of {options.people:,} customers, {A_BATCH} a call, one call at a time, far side "
        f"{MILLISECONDS} ms"
    )
    others = "; ".join(f"{name} {spread(speeds)}" for name, speeds in by_client.items())
    return Figures(
        [
            row(
                "import_vs_clients",
                statistics.median(new),
                "contacts/s",
                against=f"{fastest}: {statistics.median(by_client[fastest]):.1f} contacts/s",
                ratio=statistics.median(vs_clients),
            ),
            row(
                "import_vs_raw",
                statistics.median(known),
                "contacts/s",
                against=f"a raw loop of prepared batches: {statistics.median(raw):,.0f} contacts/s",
                ratio=statistics.median(vs_raw),
            ),
        ],
        {
            "import_vs_clients": f"{said}; people whom SALESmanago is asked about first, 50 a call; ratio to the "
            f"faster client of each round {spread(vs_clients)}; ours {spread(new, 'contacts/s')}; {others}; {LIFTED}",
            "import_vs_raw": f"{said}; people who are known by now, so that the batch is all; ratio {spread(vs_raw)}; "
            f"ours {spread(known, 'contacts/s')}; the raw loop {spread(raw)}; the first time, with the questions, "
            f"{spread(new_vs_raw)} of the raw loop; {LIFTED}",
        },
    )


def _round(url: str, *, people: int, clients: dict[str, Callable[[int], object]], calls: int) -> Round:
    store = open_store(url)
    return Round(
        new=_import(store.pk, people, "first"),
        known=_import(store.pk, people, "then"),
        raw=asyncio.run(_raw(url, people)),
        clients={name: _per_second(tell_one, calls) for name, tell_one in clients.items()},
    )


def _import(store_id: int, people: int, word: str) -> float:
    """Contacts a second."""
    store = _fill(store_id, people, word)
    started = time.monotonic()
    asyncio.run(drained(store))
    return people / (time.monotonic() - started)


def _fill(store_id: int, people: int, word: str) -> "Store":
    """A store in whose outbox so many customers wait as history."""
    from ebexo.ingest.lists import receive_list
    from ebexo.outbox.models import Key, Message
    from ebexo.outbox.states import MessageKind
    from ebexo.stores.models import Store

    events = [event_of(f"{word}-{store_id}-{number}", number) for number in range(people)]
    store = Store.objects.get(pk=store_id)
    receive_list(store, events)
    Message.objects.filter(store_id=store_id, done_at=None).update(kind=MessageKind.HISTORY)
    Key.objects.filter(store_id=store_id).update(is_history=True)
    return store


async def _raw(url: str, people: int) -> float:
    """The limit: batch bodies made beforehand, one after the other, nothing read from or written to any database."""
    bodies = batch_bodies(people, together=A_BATCH)
    headers = {"Content-Type": "application/json"}
    async with aiohttp.ClientSession(url, headers=headers) as session:
        started = time.monotonic()
        for body in bodies:
            async with session.post("/api/contact/batchupsert", data=body) as answer:
                await answer.json()
        return people / (time.monotonic() - started)


def _per_second(tell_one: Callable[[int], object], calls: int) -> float:
    started = time.monotonic()
    for number in range(calls):
        tell_one(number)
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
