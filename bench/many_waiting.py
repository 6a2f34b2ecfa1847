"""What a process costs with very many messages waiting: `python -m bench.many_waiting fill|claim|drain …`.

Each is a process of its own: what filled the database must not count as what sends from it.

- `fill ROWS URL`: a store that leads to `URL`, with so many people of whom one change each waits.
- `claim`: prints the median time of a claim of four, in milliseconds; what was claimed waits again then.
- `drain SECONDS`: sends for so long, or until nothing waits, and prints the most memory the process had resident, in
  megabytes.
"""

import asyncio
import os
import resource
import statistics
import sys
import time

WARM_UP, CLAIMS = 10, 60
NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %s)"
CONTACTS = f"""
    INSERT INTO ebexo_contacts_contact (id, store_id, email_at, created_at)
    {NUMBERS} SELECT i, %s, '2026-01-01 10:00:00', '2026-01-01 10:00:00' FROM n
"""  # noqa: S608  (our own words)
KEYS = f"""
    INSERT INTO ebexo_outbox_key
        (id, store_id, key, tail_seq, head_seq, head_message, due_at, is_history, blocked)
    {NUMBERS} SELECT i, %s, 'contact:' || i, 1, 1, i, '2026-01-01 10:00:00', 0, 0 FROM n
"""  # noqa: S608  (our own words)
MESSAGES = f"""
    INSERT INTO ebexo_outbox_message
        (id, store_id, key_id, key_seq, event_id, type, topic, payload, payload_sha, occurred_at, accepted_at, kind,
        state, notes, attempts, crash_reclaims, in_doubt, carried)
    {NUMBERS} SELECT i, %s, i, 1, 'e' || i, 'customer.updated', '',
        '{{"id": "e' || i || '", "type": "customer.updated", "occurred_at": "2026-01-01T10:00:00Z", "customer": '
        || '{{"email": "person-' || i || '@example.com", "first_name": "Jan", "phone": "+48600100200"}}}}',
        'x', '2026-01-01 10:00:00', '2026-01-01 10:00:00', 'live', 'waiting', '[]', 0, 0, 0, '[]' FROM n
"""  # noqa: S608  (our own words)


def fill(rows: int, url: str) -> None:
    from django.core.management import call_command
    from django.db import connection, transaction

    from bench.delivery import open_store
    from ebexo.outbox.models import Lane

    call_command("migrate", verbosity=0)
    store = open_store(url)
    Lane.objects.create(store=store)
    for statement in (CONTACTS, KEYS, MESSAGES):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [rows, store.pk])


def claim() -> float:
    from django.utils import timezone

    from ebexo.outbox.claim import Claimed, claim
    from ebexo.outbox.lease import release, take
    from ebexo.outbox.models import Lane
    from ebexo.outbox.settle import settle
    from ebexo.outbox.states import Outcome, State

    lease = take(Lane.objects.get().store_id, owner="bench", now=timezone.now())
    if lease is None:
        raise RuntimeError("somebody else holds the lane")
    taken, claimed = [], list[Claimed]()
    for _ in range(WARM_UP + CLAIMS):
        begun_at = time.perf_counter()
        found = claim(lease, limit=4, now=timezone.now())
        taken.append(time.perf_counter() - begun_at)
        if len(found.messages) != 4:
            raise RuntimeError("nothing to claim")
        claimed += found.messages
    waiting = Outcome(State.WAITING, kind="not_sent", was_called=False)
    settle(lease, [(one, waiting) for one in claimed], verdict=None, now=timezone.now())
    release(lease)
    return statistics.median(taken[WARM_UP:]) * 1000


async def drain(seconds: float) -> float:
    from concurrent.futures import ThreadPoolExecutor

    from ebexo.delivery import drain as draining
    from ebexo.delivery.pace import Pace
    from ebexo.outbox.models import Lane
    from salesmanago import open_session

    pool, loop, stopping = ThreadPoolExecutor(2), asyncio.get_running_loop(), asyncio.Event()
    draining.SLICE = seconds
    store_id = await loop.run_in_executor(pool, lambda: Lane.objects.get().store_id)
    async with open_session() as session:
        await draining.drain(
            store_id,
            session=session,
            database=lambda work: loop.run_in_executor(pool, work),  # type: ignore[arg-type]
            owner="bench",
            pace=Pace(),
            stopping=stopping,
        )
    pool.shutdown()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    os.environ |= {"DJANGO_SETTINGS_MODULE": "ebexo.settings", "EBEXO_LOG_LEVEL": "ERROR"}
    import django

    django.setup()
    match sys.argv[1:]:
        case ["fill", rows, url]:
            fill(int(rows), url)
        case ["claim"]:
            print(claim())
        case ["drain", seconds]:
            print(asyncio.run(drain(float(seconds))))


if __name__ == "__main__":
    main()
