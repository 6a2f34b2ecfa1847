"""Emptying one store's lane: claim, ask the gate again, map, send, settle, until nothing is due."""

import asyncio
import random
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import aiohttp
import structlog
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from ebexo import metrics
from ebexo.connection.check import note_credentials
from ebexo.connection.client import Connections
from ebexo.connection.measured import IN_HAND
from ebexo.connection.timings import call_seconds
from ebexo.delivery.calls import HISTORY, Call, arranged, batch_for, named, put_back, put_on_record
from ebexo.delivery.in_hand import InHand, Places, Send
from ebexo.delivery.job import Job, Met, meet, prepare
from ebexo.delivery.pace import Pace
from ebexo.delivery.result import NotNow, Result, Turn, broken
from ebexo.delivery.taking_in import take_in
from ebexo.delivery.telling.batches import transfer_batch
from ebexo.delivery.telling.transfer import transfer
from ebexo.delivery.uniting import uniting_for
from ebexo.delivery.verdict import lane_verdict
from ebexo.delivery.visitors import Question
from ebexo.delivery.working import Database, leaving_room
from ebexo.failpoints import failpoint
from ebexo.outbox.claim import Claim, Claimed, claim
from ebexo.outbox.due import is_due
from ebexo.outbox.lease import Lease, LeaseLost, kept, needs_renewal, release, take
from ebexo.outbox.models import Lane
from ebexo.outbox.retry import PROBE_EVERY
from ebexo.outbox.settle import settle
from ebexo.outbox.states import LaneVerdict, Outcome
from ebexo.statements import Rows
from ebexo.stores.models import Account
from salesmanago import Client, Throttled

CONCURRENCY = 4
TO_SPARE = 1.25
"""The lease must still cover so many times a whole call when one begins."""
SLICE = 30.0
"""So long a store is served before the next one has its turn."""

log = structlog.get_logger("ebexo.delivery")
_ACCOUNTS = Rows(Account, "store_id = {}")
_LANES = Rows(Lane, "store_id = {}")


@dataclass
class Holding:
    """A held lane while it is drained; the lease in it is renewed with every claim, and while calls are waited for.

    `is_lone`: until nothing is in hand any more, nothing else is claimed.
    """

    lease: Lease
    is_lone: bool = False


async def drain(
    store_id: int,
    *,
    session: aiohttp.ClientSession,
    database: Database,
    owner: str,
    pace: Pace,
    stopping: asyncio.Event,
    has_neighbours: Callable[[], bool] = lambda: False,
    others_wait: Callable[[], bool] = lambda: False,
) -> None:
    """Send what is due for this store, a few calls at a time, for half a minute at most: then others have their turn.

    Returns at once if the lane is held. `has_neighbours`: are other stores served beside it just now? `others_wait`: is
    there no room for another that has something to send? Then history goes no further than one call.
    """
    lease = await database(partial(take, store_id, owner=owner, now=timezone.now()))
    if lease is None:
        return
    holding, connections = Holding(lease), Connections(session)

    async def send(call: Call, place: Turn) -> list[Result]:
        account = call[0].account
        IN_HAND.set(partial(named, call))

        async def turn() -> None:
            await place()
            await pace.turn(rate=account.rate)
            failpoint("ready")
            if stopping.is_set() or not holding.lease.covers(TO_SPARE * call_seconds()):
                raise NotNow

        results = await sent(call, connections.to(account), turn=turn, now=timezone.now())
        if any(isinstance(result.error, Throttled) for result in results):
            pace.slow_down()
        failpoint("answered")
        return results

    try:
        considerate = leaving_room(database, has_neighbours=has_neighbours)
        await _empty(holding, send=send, database=considerate, stopping=stopping, others_wait=others_wait)
    except LeaseLost:
        metrics.LEASES_LOST.inc()
        log.warning("lease_lost", store=store_id, epoch=holding.lease.epoch)
    finally:
        await database(partial(release, holding.lease))
        failpoint("released")


async def sent(call: Call, client: Client, *, turn: Turn, now: datetime) -> list[Result]:
    """What came of the jobs of one call. Work of ours that fails spoils nothing but its own messages."""
    try:
        jobs = [job for job in call if isinstance(job, Job)]
        if len(call) > 1 and len(jobs) == len(call):
            return await transfer_batch(jobs, client, turn=turn, now=now)
        return [await transfer(job, client, turn=turn, now=now) for job in call]
    except Exception:
        log.exception("sending_broke", messages=[job.claimed.message.pk for job in call])
        return [Result(job, broken(job.claimed.message, was_sent=True, shared=len(call) > 1)) for job in call]


async def _empty(
    holding: Holding,
    *,
    send: Send,
    database: Database,
    stopping: asyncio.Event,
    others_wait: Callable[[], bool],
) -> None:
    end = asyncio.get_running_loop().time() + SLICE
    in_hand = InHand(send, at_once=CONCURRENCY)
    in_hand.begin(await database(partial(_claim, holding, limit=CONCURRENCY, stopping=stopping)))
    going_on = True
    try:
        while in_hand:  # a slow call must not keep those waiting for whom there is a place
            results = await in_hand.results()
            going_on = going_on and not stopping.is_set() and asyncio.get_running_loop().time() < end
            has_place = going_on and not (in_hand and holding.is_lone)
            places = Places(
                in_hand.free if has_place else 0,
                has_company=bool(in_hand),
                takes_history=in_hand.takes_history and not others_wait(),
            )
            has_to_serve = bool(results) or await database(partial(_has_to_serve, holding, places))
            if has_to_serve:
                calls, works = await database(partial(_serve, holding, results, places, stopping=stopping))
                in_hand.begin(calls)
                going_on = going_on and works
    finally:
        await in_hand.all_ended()  # until then the lane must not go to anybody else


def _has_to_serve(holding: Holding, places: Places) -> bool:
    """Is there anything to claim, or the lane to hold on to? A look that writes nothing."""
    if needs_renewal(holding.lease):
        return True
    store_id = holding.lease.store_id
    return bool(places.free) and is_due(store_id, with_history=places.takes_history, now=timezone.now())


@dataclass(frozen=True)
class Taken:
    """What was claimed, and the account it is for, as it was then."""

    claim: Claim
    account: Account
    at: datetime


def _serve(
    holding: Holding, results: list[Result], places: Places, *, stopping: asyncio.Event
) -> tuple[list[Call], bool]:
    """Settle what ended, and give back the calls to make now, and whether it is good to go on.

    Both are one commit where the database has one writer. What is settled stays settled if the claim fails.
    """
    lease, taken, failure = holding.lease, None, None
    try:
        with _one_commit():
            works = _settle(holding, results)
            try:
                with transaction.atomic():
                    taken = _take(holding, places) if works else None
            except Exception as error:  # noqa: BLE001  (raised below)
                failure = error
        if failure:
            raise failure
    except Exception:
        holding.lease = lease  # it may not have been renewed
        raise
    return _calls(holding, taken, places, stopping=stopping), works


def _one_commit() -> AbstractContextManager[object]:
    """With other writers about, the rows of what ended must not stay locked while others are asked for."""
    return nullcontext() if connection.features.has_select_for_update else transaction.atomic()


def _claim(holding: Holding, *, limit: int, stopping: asyncio.Event) -> list[Call]:
    """The calls to begin with."""
    places = Places(0 if stopping.is_set() else limit)
    return _calls(holding, _take(holding, places), places, stopping=stopping)


def _take(holding: Holding, places: Places) -> Taken | None:
    if not places.free:
        return None
    account = _ACCOUNTS.first(holding.lease.store_id)
    if account is None:  # the store was removed, and its lane with it
        raise LeaseLost
    now = timezone.now()
    sends = account.active and not account.dry_run  # else each is told why it is withheld
    if account.active and not account.is_complete:
        unfilled = LaneVerdict(works=False, backoff=PROBE_EVERY, pause="incomplete")
        settle(holding.lease, [], verdict=unfilled, now=now)
        return None
    taken = claim(
        holding.lease,
        limit=places.free,
        now=now,
        unite=uniting_for(account) if sends else None,
        batch=batch_for(account),
        history=HISTORY if places.takes_history else None,
        has_company=places.has_company,
        endpoint=account.endpoint if sends else None,
    )
    holding.lease, holding.is_lone = taken.lease, taken.is_lone
    return Taken(taken, account, now)


def _calls(holding: Holding, taken: Taken | None, places: Places, *, stopping: asyncio.Event) -> list[Call]:
    """What was claimed as calls. What the gate stops on the way out is settled, and others take its place."""
    while taken:
        account, messages = taken.account, taken.claim.messages
        met = meet(messages, account)
        prepared = [(claimed, _prepared(claimed, account, met, now=taken.at)) for claimed in messages]
        stopped = [(claimed, outcome) for claimed, outcome in prepared if isinstance(outcome, Outcome)]
        if stopped:
            settle(holding.lease, stopped, verdict=None, now=timezone.now())
        jobs = [job for _, job in prepared if not isinstance(job, Outcome)]
        if jobs or not stopped:
            calls, others = arranged(jobs, free=places.free, is_batch=taken.claim.is_batch)
            put_back(holding.lease, others)
            put_on_record(holding.lease, calls, endpoint=account.endpoint)
            return calls
        taken = None if stopping.is_set() else _take(holding, places)
    return []


def _prepared(claimed: Claimed, account: Account, met: Met, *, now: datetime) -> Job | Question | Outcome:
    try:
        return prepare(claimed, account, now=now, met=met)
    except DatabaseError:
        raise
    except Exception:
        log.exception("preparing_broke", message=claimed.message.pk)
        return broken(claimed.message, was_sent=False)


def _settle(holding: Holding, results: list[Result]) -> bool:
    """Write down the results, and hold on to the lane. False: it is better not to go on now."""
    now = timezone.now()
    holding.lease = kept(holding.lease, now=now)
    if not results:
        return True
    telling = _told_by_these_settings(holding.lease.store_id, results)
    verdict = _verdict(holding.lease.store_id, telling) if telling else None
    with transaction.atomic(savepoint=False):
        outcomes = take_in(results, now=now)
        claimed = [result.job.claimed for result in results]
        settle(holding.lease, list(zip(claimed, outcomes, strict=True)), verdict=verdict, now=now)
    transaction.on_commit(partial(failpoint, "settled"))
    if verdict is None:
        return True
    note_credentials(telling[-1].job.account, pause=verdict.pause, works=verdict.works, now=now)
    return verdict.works


def _told_by_these_settings(store_id: int, results: list[Result]) -> list[Result]:
    """Results that say something about the account as its settings are now: calls made before are left out."""
    account = _ACCOUNTS.first(store_id)
    saved_at = account.saved_at if account else None
    return [
        result
        for result in results
        if result.outcome.was_called and not result.outcome.broke and result.job.account.saved_at == saved_at
    ]


def _verdict(store_id: int, results: list[Result]) -> LaneVerdict:
    errors = [result.error for result in results if result.error]
    lane = _LANES.first(store_id) if errors else None
    chance = random.random()  # noqa: S311  (jitter)
    failures = lane.failures if lane else 0  # none, or the store was removed
    return lane_verdict(errors, failures=failures, chance=chance)
