"""Emptying one store's lane: claim, ask the gate again, map, send, settle, until nothing is due."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol, TypeVar

import aiohttp
import structlog
from django.db import transaction
from django.utils import timezone

from ebexo.contacts.known import learn
from ebexo.delivery.connection import connect, note_credentials
from ebexo.delivery.job import Job, prepare
from ebexo.delivery.pace import Pace
from ebexo.delivery.transfer import Result, transfer
from ebexo.delivery.verdict import lane_verdict
from ebexo.outbox.claim import Claimed, claim
from ebexo.outbox.lease import Lease, LeaseLost, release, take
from ebexo.outbox.models import Lane, State
from ebexo.outbox.retry import PROBE_EVERY
from ebexo.outbox.settle import LaneVerdict, Outcome, settle
from ebexo.stores.models import Account

CONCURRENCY = 4
CALL_SECONDS = 20.0
"""One call's deadline. Short enough that a stop waits for the calls in flight."""
LOOKED_UP_AND_SENT = 2 * CALL_SECONDS + 5
"""What the lease must still cover when a job starts: two calls at most, and something to spare."""

log = structlog.get_logger("ebexo.delivery")
T = TypeVar("T")


class Database(Protocol):
    """Runs database work in a thread of its own, away from the event loop."""

    async def __call__(self, work: Callable[[], T], /) -> T: ...


@dataclass
class Holding:
    """A held lane while it is drained; the lease in it is renewed with every claim."""

    lease: Lease
    account: Account


async def drain(
    store_id: int, *, session: aiohttp.ClientSession, database: Database, owner: str, stopping: asyncio.Event
) -> None:
    """Send everything that is due for this store, a few calls at a time. Returns at once if the lane is held."""
    holding = await database(partial(_hold, store_id, owner=owner))
    if holding is None:
        return
    try:
        await _empty(holding, session=session, database=database, stopping=stopping)
    except LeaseLost:
        log.warning("lease_lost", store=store_id, epoch=holding.lease.epoch)
    finally:
        await database(partial(release, holding.lease))


async def _empty(
    holding: Holding, *, session: aiohttp.ClientSession, database: Database, stopping: asyncio.Event
) -> None:
    pace = Pace(holding.account.rate)
    running: set[asyncio.Task[Result]] = set()
    going_on = True
    while going_on or running:
        if going_on and len(running) < CONCURRENCY:
            jobs = await database(partial(_claim, holding, limit=CONCURRENCY - len(running)))
            running |= {asyncio.create_task(_send(job, holding, session, pace)) for job in jobs}
            going_on = bool(running)
        if running:
            done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            results = [task.result() for task in done]
            works = await database(partial(_settle, holding, results))
            going_on = going_on and works and not stopping.is_set()


def _hold(store_id: int, *, owner: str) -> Holding | None:
    lease = take(store_id, owner=owner, now=timezone.now())
    return Holding(lease, Account.objects.get(store_id=store_id)) if lease else None


def _claim(holding: Holding, *, limit: int) -> list[Job]:
    """Jobs to do now. Messages that the gate stops on the way out are settled here, and others take their place."""
    account = Account.objects.get(store_id=holding.lease.store_id)
    if not account.is_complete:
        unfilled = LaneVerdict(works=False, backoff=PROBE_EVERY, pause="incomplete")
        settle(holding.lease, [], verdict=unfilled, now=timezone.now())
        return []
    holding.account = account
    while True:
        taken = claim(holding.lease, limit=limit, endpoint=account.endpoint, now=timezone.now())
        holding.lease = taken.lease
        prepared = [(claimed, prepare(claimed, account)) for claimed in taken.messages]
        stopped = [(claimed, outcome) for claimed, outcome in prepared if isinstance(outcome, Outcome)]
        if stopped:
            settle(holding.lease, stopped, verdict=None, now=timezone.now())
        jobs = [job for _, job in prepared if isinstance(job, Job)]
        if jobs or not stopped:
            return jobs


async def _send(job: Job, holding: Holding, session: aiohttp.ClientSession, pace: Pace) -> Result:
    await pace.turn()
    if not holding.lease.covers(LOOKED_UP_AND_SENT):
        return Result(job, Outcome(State.WAITING, kind="not_sent", was_called=False))
    client = connect(holding.account, session=session, deadline=CALL_SECONDS)
    return await transfer(job, client, now=timezone.now())


def _settle(holding: Holding, results: list[Result]) -> bool:
    """Write down the results. False: it is better not to go on now."""
    now = timezone.now()
    store_id = holding.lease.store_id
    failures = Lane.objects.values_list("failures", flat=True).get(store_id=store_id)
    verdict = lane_verdict(
        [result.error for result in results],
        failures=failures,
        chance=random.random(),  # noqa: S311  (jitter)
    )
    outcomes: list[tuple[Claimed, Outcome]] = [(result.job.claimed, result.outcome) for result in results]
    with transaction.atomic():
        settle(holding.lease, outcomes, verdict=verdict, now=now)
        for result in results:
            if result.known:
                learn(result.job.contact, remote=result.job.remote, known=result.known, now=now)
    note_credentials(holding.account, pause=verdict.pause, works=verdict.works, now=now)
    return verdict.works
