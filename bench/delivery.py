"""How fast what waits is sent: `python -m bench.delivery`, see `bench/README.md`.

The store's own limits (10 calls a second, 4 at once) are lifted, and batches are off where single calls are measured:
both would hide the figure.
"""

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import aiohttp

from bench.prepared import single_bodies
from bench.rows import Figures, Row, parser, row, spread, tell
from bench.vendor import vendor_at

if TYPE_CHECKING:
    from ebexo.stores.models import Store

T = TypeVar("T")
IN_FLIGHT = 8
RATE = 30_000
"""Calls a second that the stores' accounts allow: none of the figures comes near it."""
LIFTED = "the store's limit of 10 calls a second is lifted"


def main() -> None:
    options = parser("bench.delivery", __doc__)
    options.add_argument("--people", type=int, default=400, help="contacts to send in each round")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--logins", type=int, default=200, help="of which the latency is measured")
    chosen = options.parse_args()
    with tables():
        tell(figures(chosen), chosen)


def figures(options: argparse.Namespace) -> Figures:
    """Single calls to a far side that takes 50 ms and to one that takes no time, and the latencies."""
    from ebexo.delivery import calls, drain

    made: list[tuple[Row, str]] = []
    together, calls.BATCH = calls.BATCH, replace(calls.BATCH, at_least=10**9, limit=0)
    at_once, drain.CONCURRENCY = drain.CONCURRENCY, IN_FLIGHT
    made.append(_against_raw("delivery_single", 50, people=options.people, rounds=options.rounds))
    made.append(_against_raw("delivery_single_cpu", 0, people=2 * options.people, rounds=options.rounds))
    calls.BATCH, drain.CONCURRENCY = together, at_once
    with vendor_at(20) as url:
        latencies = _latencies(url, options.logins)
    p99 = statistics.quantiles(latencies, n=100, method="inclusive")[98]
    note = (
        f"{options.logins} events of somebody new, one after the other, {min(latencies):.0f} to {max(latencies):.0f} "
        f"ms; each takes two calls, far side 20 ms; {LIFTED}"
    )
    made.append((row("contact_id_p50_ms", statistics.median(latencies), "ms"), note))
    made.append((row("contact_id_p99_ms", p99, "ms"), note))
    return Figures([one for one, _ in made], {one.name: note for one, note in made})


def _against_raw(name: str, milliseconds: int, *, people: int, rounds: int) -> tuple[Row, str]:
    with vendor_at(milliseconds) as url:
        _round(url, people // 4, raw_first=False)  # warms up
        pairs = [_round(url, people, raw_first=bool(number % 2)) for number in range(rounds)]
    ours, raw = [ours for ours, _ in pairs], [raw for _, raw in pairs]
    ratios = [ours / raw for ours, raw in pairs]
    measured = row(
        name,
        statistics.median(ours),
        "contacts/s",
        against=f"a raw loop of prepared bodies: {statistics.median(raw):,.0f} calls/s",
        ratio=statistics.median(ratios),
    )
    return measured, (
        f"{rounds} rounds of {people} contacts, {IN_FLIGHT} in flight, far side {milliseconds} ms; ratio "
        f"{spread(ratios)}; ours {spread(ours, 'contacts/s')}; the raw loop {spread(raw)}; {LIFTED}, so are its 4 at "
        "once, and no calls are put together"
    )


def _round(url: str, people: int, *, raw_first: bool) -> tuple[float, float]:
    """Contacts a second by us and by a loop of prepared bodies, one after the other."""
    store = open_store(url)
    _tell_all(store, people, "first")
    asyncio.run(drained(store))  # from here on they are known, and each change is one call
    _tell_all(store, people, "then")
    raw = asyncio.run(_raw(url, people)) if raw_first else 0.0
    started = time.monotonic()
    asyncio.run(drained(store))
    ours = people / (time.monotonic() - started)
    return ours, raw or asyncio.run(_raw(url, people))


@contextmanager
def tables() -> Iterator[None]:
    """Django in this process, with the tables of an installation in a temporary directory."""
    with tempfile.TemporaryDirectory(prefix="ebexo-bench-") as folder:
        os.environ |= {"EBEXO_DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "ebexo.settings"}
        os.environ |= {"EBEXO_LOG_LEVEL": "ERROR"}
        import django

        django.setup()
        from django.core.management import call_command

        from ebexo.collector import spare_what_stands

        call_command("migrate", verbosity=0)
        spare_what_stands()
        yield


async def drained(store: "Store") -> None:
    """Everything that waits for this store is sent, with threads that take turns as the dispatcher lets them."""
    from ebexo.delivery.drain import drain
    from ebexo.delivery.pace import Pace
    from ebexo.delivery.scheduling.embedded import SWITCH_EVERY
    from ebexo.outbox.models import Message
    from salesmanago import open_session

    sys.setswitchinterval(SWITCH_EVERY)
    pool = ThreadPoolExecutor(2)

    async def database(work: Callable[[], T], /) -> T:
        return await asyncio.get_running_loop().run_in_executor(pool, work)

    async with open_session() as session:
        while await database(lambda: Message.objects.filter(store=store, done_at=None).exists()):
            await drain(
                store.pk,
                session=session,
                database=database,
                owner="bench",
                pace=Pace(),
                stopping=asyncio.Event(),
            )
    pool.shutdown()


async def _raw(url: str, calls: int) -> float:
    """The limit: bodies made beforehand, nothing read from or written to any database."""
    bodies = iter(single_bodies(calls))
    headers = {"Content-Type": "application/json"}
    async with aiohttp.ClientSession(
        url, connector=aiohttp.TCPConnector(limit=IN_FLIGHT), headers=headers
    ) as session:

        async def go_on() -> None:
            for body in bodies:
                async with session.post("/api/contact/upsert", data=body) as answer:
                    await answer.json()

        started = time.monotonic()
        await asyncio.gather(*(go_on() for _ in range(IN_FLIGHT)))
        return calls / (time.monotonic() - started)


def _latencies(url: str, logins: int) -> list[float]:
    """Milliseconds from telling an event of somebody new until their contact id is known here."""
    from ebexo.contacts.models import Acquaintance
    from ebexo.delivery.scheduling.embedded import Dispatcher
    from ebexo.ingest.receive import receive

    store, dispatcher = open_store(url), Dispatcher()
    dispatcher.start()
    latencies = []
    for number in range(logins):
        started = time.monotonic()
        receive(store, event_of(f"login-{store.pk}-{number}", number, who="new"))
        while not Acquaintance.objects.filter(
            contact__store=store, email=f"new-{number}@example.com"
        ).exists():
            time.sleep(0.001)  # a look a millisecond: what is measured takes some tens
        latencies.append((time.monotonic() - started) * 1000)
    dispatcher.stop(timeout=20)
    return latencies


def open_store(url: str) -> "Store":
    """An active store that leads there, with hardly a limit."""
    from ebexo.stores import opening

    store, _key = opening.open_store("Olcha")
    account = store.account
    account.active, account.endpoint, account.rate = True, url, RATE
    account.owner_email, account.client_id, account.api_secret = "owner@shop.example", "bench", "bench"
    account.save()
    return store


def _tell_all(store: "Store", people: int, word: str) -> None:
    from ebexo.ingest.lists import receive_list

    events = [event_of(f"{word}-{store.pk}-{number}", number) for number in range(people)]
    receive_list(store, events)


def event_of(event_id: str, number: int, *, who: str = "person") -> dict[str, Any]:
    """A change of the person with this number, who has a telephone of their own."""
    person = {"email": f"{who}-{number}@example.com", "first_name": "Jan", "last_name": "Kowalski"}
    return {
        "id": event_id,
        "type": "customer.updated",
        "occurred_at": "2025-11-23T10:00:00+01:00",
        "customer": {**person, "phone": f"+48600{number:06}"},
    }


if __name__ == "__main__":
    main()
