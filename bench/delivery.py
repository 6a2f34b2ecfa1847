"""How fast what waits is sent: `python -m bench.delivery`, see `bench/README.md`.

The store's own limits (10 calls a second, 4 at once) are lifted, and batches are off where single calls are measured:
both would hide the figure.
"""

import argparse
import asyncio
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import aiohttp

if TYPE_CHECKING:
    from ebexo.stores.models import Store

T = TypeVar("T")
IN_FLIGHT = 8
RATE = 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=400, help="contacts to send in each round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--logins", type=int, default=100, help="of which the latency is measured")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ebexo-bench-") as folder:
        os.environ |= {"EBEXO_DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "ebexo.settings"}
        os.environ |= {"EBEXO_LOG_LEVEL": "ERROR"}
        import django

        django.setup()
        _measure(options)


def _measure(options: argparse.Namespace) -> None:
    from django.core.management import call_command

    from ebexo.delivery import calls, drain

    call_command("migrate", verbosity=0)
    together, calls.BATCH = calls.BATCH, replace(calls.BATCH, at_least=10**9, limit=0)
    drain.CONCURRENCY = IN_FLIGHT
    for name, milliseconds in (("delivery_single", 50), ("delivery_single_cpu", 0)):
        with _vendor(milliseconds) as url:
            pairs = [_round(url, options.people) for _ in range(options.rounds)]
        _show(f"{name}, contacts/s", [ours for ours, _ in pairs])
        _show(f"{name}, raw loop/s", [raw for _, raw in pairs])
        _show(f"{name}, ratio", [ours / raw for ours, raw in pairs], digits=2)
    calls.BATCH, drain.CONCURRENCY = together, 4
    with _vendor(20) as url:
        latencies = _latencies(url, options.logins)
    _show("contact id known after, ms", latencies)
    print(f"{'contact_id_p50_ms':32} {statistics.median(latencies):8.0f}")
    print(f"{'contact_id_p99_ms':32} {statistics.quantiles(latencies, n=100)[98]:8.0f}")


def _round(url: str, people: int) -> tuple[float, float]:
    """Contacts a second by us and by a loop of prepared bodies, one after the other."""
    store = _store(url)
    _tell_all(store, people, "first")
    asyncio.run(_drain(store))  # from here on they are known, and each change is one call
    _tell_all(store, people, "then")
    started = time.monotonic()
    asyncio.run(_drain(store))
    ours = people / (time.monotonic() - started)
    return ours, asyncio.run(_raw(url, people))


async def _drain(store: "Store") -> None:
    from ebexo.delivery.drain import drain
    from ebexo.delivery.pace import Pace
    from ebexo.outbox.models import Message
    from salesmanago import open_session

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
    bodies = iter(
        [b'{"contact": {"email": "person-%d@example.com", "name": "Jan Kowalski"}}' % n for n in range(calls)]
    )
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

    store, dispatcher = _store(url), Dispatcher()
    dispatcher.start()
    latencies = []
    for number in range(logins):
        started = time.monotonic()
        receive(store, _event(f"login-{store.pk}-{number}", f"new-{number}@example.com"))
        while not Acquaintance.objects.filter(
            contact__store=store, email=f"new-{number}@example.com"
        ).exists():
            time.sleep(0.001)  # a look a millisecond: what is measured takes some tens
        latencies.append((time.monotonic() - started) * 1000)
    dispatcher.stop(timeout=20)
    return latencies


def _store(url: str) -> "Store":
    from ebexo.stores.opening import open_store

    store, _key = open_store("Olcha")
    account = store.account
    account.active, account.endpoint, account.rate = True, url, RATE
    account.owner_email, account.client_id, account.api_secret = "owner@shop.example", "bench", "bench"
    account.save()
    return store


def _tell_all(store: "Store", people: int, word: str) -> None:
    from ebexo.ingest.lists import receive_list

    events = [
        _event(f"{word}-{store.pk}-{number}", f"person-{number}@example.com") for number in range(people)
    ]
    receive_list(store, events)


def _event(event_id: str, email: str) -> dict[str, Any]:
    return {
        "id": event_id,
        "type": "customer.updated",
        "occurred_at": "2025-11-23T10:00:00+01:00",
        "customer": {"email": email, "first_name": "Jan", "last_name": "Kowalski", "phone": "+48600100200"},
    }


@contextmanager
def _vendor(milliseconds: int) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    vendor = subprocess.Popen([sys.executable, "-m", "bench.vendor", str(port), str(milliseconds)])  # noqa: S603
    try:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        vendor.terminate()
        vendor.wait(10)


def _wait_for(port: int) -> None:
    for _ in range(400):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.05)  # between two looks whether it answers
        else:
            return
    raise RuntimeError("the far side did not start")


def _show(name: str, values: Sequence[float], *, digits: int = 0) -> None:
    low, middle, high = min(values), statistics.median(values), max(values)
    print(
        f"{name:32} {middle:8.{digits}f}   ({low:.{digits}f} to {high:.{digits}f} in {len(values)})",
        flush=True,
    )


if __name__ == "__main__":
    main()
