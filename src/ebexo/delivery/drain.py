"""Emptying one store's lane: claim, ask the gate again, map, send, settle, until nothing is due."""

import asyncio
import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, TypeVar

import aiohttp
import structlog
from django.db import transaction
from django.utils import timezone

from ebexo.delivery.connection import connect, note_credentials
from ebexo.delivery.job import Job, prepare
from ebexo.delivery.pace import Pace
from ebexo.delivery.taking_in import take_in
from ebexo.delivery.transfer import NotNow, Result, transfer
from ebexo.delivery.verdict import lane_verdict
from ebexo.outbox.claim import claim
from ebexo.outbox.lease import Lease, LeaseLost, release, take
from ebexo.outbox.models import Lane
from ebexo.outbox.retry import PROBE_EVERY
from ebexo.outbox.settle import settle
from ebexo.outbox.states import LaneVerdict, Outcome
from ebexo.stores.models import Account

CONCURRENCY = 4
CALL_SECONDS = 20.0
"""One call's deadline. Short enough that a stop waits for the calls in flight."""
TO_SPARE = 5.0
"""What the lease must still cover when a call begins, besides the call itself."""
LOOK_AGAIN = 0.5
"""How long a message waits at most while there is a place free and every call in flight is slow."""

log = structlog.get_logger("ebexo.delivery")
T = TypeVar("T")


class Database(Protocol):
    """Runs database work in a thread of its own, away from the event loop."""

    async def __call__(self, work: Callable[[], T], /) -> T: ...


@dataclass
class Holding:
    """A held lane while it is drained; the lease in it is renewed with every claim."""

    lease: Lease


async def drain(
    store_id: int,
    *,
    session: aiohttp.ClientSession,
    database: Database,
    owner: str,
    pace: Pace,
    stopping: asyncio.Event,
) -> None:
    """Send everything that is due for this store, a few calls at a time. Returns at once if the lane is held."""
    lease = await database(partial(take, store_id, owner=owner, now=timezone.now()))
    if lease is None:
        return
    holding = Holding(lease)

    async def send(job: Job) -> Result:
        async def turn() -> None:
            await pace.turn(rate=job.account.rate)
            if stopping.is_set() or not holding.lease.covers(CALL_SECONDS + TO_SPARE):
                raise NotNow

        client = connect(job.account, session=session, deadline=CALL_SECONDS)
        return await transfer(job, client, turn=turn, now=timezone.now())

    try:
        await _empty(holding, send=send, database=database, stopping=stopping)
    except LeaseLost:
        log.warning("lease_lost", store=store_id, epoch=holding.lease.epoch)
    finally:
        await database(partial(release, holding.lease))


async def _empty(
    holding: Holding,
    *,
    send: Callable[[Job], Coroutine[Any, Any, Result]],
    database: Database,
    stopping: asyncio.Event,
) -> None:
    running: set[asyncio.Task[Result]] = set()
    going_on = True
    try:
        while going_on or running:
            if going_on and len(running) < CONCURRENCY:
                free = CONCURRENCY - len(running)
                jobs = await database(partial(_claim, holding, limit=free, stopping=stopping))
                running |= {asyncio.create_task(send(job)) for job in jobs}
                going_on = bool(running)
            if running:  # a slow call must not keep those waiting for whom there is a place
                done, running = await asyncio.wait(
                    running, timeout=LOOK_AGAIN, return_when=asyncio.FIRST_COMPLETED
                )
                results = [task.result() for task in done]
                going_on = await database(partial(_settle, holding, results)) and going_on
                going_on = going_on and not stopping.is_set()
    finally:
        if running:  # the lane must not go to anybody else while calls of ours are on their way
            await asyncio.wait(running)


def _claim(holding: Holding, *, limit: int, stopping: asyncio.Event) -> list[Job]:
    """Jobs to do now. Messages that the gate stops on the way out are settled here, and others take their place."""
    account = Account.objects.filter(store_id=holding.lease.store_id).first()
    if account is None:  # the store was removed, and its lane with it
        raise LeaseLost
    if account.active and not account.is_complete:
        unfilled = LaneVerdict(works=False, backoff=PROBE_EVERY, pause="incomplete")
        settle(holding.lease, [], verdict=unfilled, now=timezone.now())
        return []
    while not stopping.is_set():
        taken = claim(holding.lease, limit=limit, endpoint=account.endpoint, now=timezone.now())
        holding.lease = taken.lease
        prepared = [(claimed, prepare(claimed, account)) for claimed in taken.messages]
        stopped = [(claimed, outcome) for claimed, outcome in prepared if isinstance(outcome, Outcome)]
        if stopped:
            settle(holding.lease, stopped, verdict=None, now=timezone.now())
        jobs = [job for _, job in prepared if isinstance(job, Job)]
        if jobs or not stopped:
            return jobs
    return []


def _settle(holding: Holding, results: list[Result]) -> bool:
    """Write down the results. False: it is better not to go on now."""
    if not results:
        return True
    now = timezone.now()
    telling = _told_by_these_settings(holding.lease.store_id, results)
    verdict = _verdict(holding.lease.store_id, telling) if telling else None
    with transaction.atomic():
        outcomes = [(result.job.claimed, take_in(result, now=now)) for result in results]
        settle(holding.lease, outcomes, verdict=verdict, now=now)
    if verdict is None:
        return True
    note_credentials(telling[-1].job.account, pause=verdict.pause, works=verdict.works, now=now)
    return verdict.works


def _told_by_these_settings(store_id: int, results: list[Result]) -> list[Result]:
    """Results that say something about the account as its settings are now: calls made before are left out."""
    saved_at = Account.objects.values_list("saved_at", flat=True).filter(store_id=store_id).first()
    return [
        result for result in results if result.outcome.was_called and result.job.account.saved_at == saved_at
    ]


def _verdict(store_id: int, results: list[Result]) -> LaneVerdict:
    failures = Lane.objects.values_list("failures", flat=True).get(store_id=store_id)
    chance = random.random()  # noqa: S311  (jitter)
    return lane_verdict([result.error for result in results], failures=failures, chance=chance)
