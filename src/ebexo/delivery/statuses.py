"""Reading statuses back from SALESmanago once a day, so that nothing depends on the callbacks being pasted."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import aiohttp
import structlog
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from ebexo.connection.check import problem_of
from ebexo.connection.client import connect
from ebexo.connection.timings import call_seconds
from ebexo.contacts.knowledge import Status
from ebexo.contacts.models import Acquaintance
from ebexo.contacts.statuses import Source
from ebexo.delivery.as_known import as_known
from ebexo.delivery.pace import Pace
from ebexo.delivery.working import Database
from ebexo.standing import learn_status
from ebexo.stores.models import Account
from salesmanago import BasicContact, SalesmanagoError

EVERY = timedelta(days=1)
AGAIN_AFTER_FAILURE = timedelta(hours=1)
GROUP = 50
LONGEST_WAIT = 60.0
"""How long a question waits at most for a moment in which nothing is being sent."""
LOOK_AGAIN = 0.1

log = structlog.get_logger("ebexo.delivery")


@dataclass(frozen=True)
class Asked:
    """A person as we knew them when we asked."""

    pk: int
    email: str
    status: Status
    status_at: datetime


def due_read_backs(*, now: datetime) -> list[int]:
    """Stores whose statuses were not read for a day, and whose connection works."""
    is_due = Q(statuses_read_at__lte=now - EVERY) | Q(statuses_read_at__gt=now)  # then the clock was set back
    lane_works = Q(store__lane=None) | Q(store__lane__failures=0, store__lane__paused_reason=None)
    due = Account.objects.filter(is_due, lane_works, active=True, check_problem=None)
    return [account.pk for account in due.order_by("statuses_read_at") if account.is_complete]


def put_off(store_id: int, *, now: datetime) -> None:
    """It did not work: read this store's statuses in an hour."""
    Account.objects.filter(pk=store_id).update(statuses_read_at=now - EVERY + AGAIN_AFTER_FAILURE)


async def read_back(
    store_id: int,
    *,
    session: aiohttp.ClientSession,
    database: Database,
    pace: Pace,
    is_sending: Callable[[], bool],
    stopping: asyncio.Event,
) -> None:
    """Ask for everybody this store sent, 50 at a time and one question after the other, and keep what is news."""
    started = timezone.now()
    account = await database(lambda: Account.objects.get(pk=store_id))
    client = connect(account, session=session, deadline=call_seconds())
    group = await database(partial(_group, account, after=0))
    while group:
        await _quiet_moment(is_sending, stopping)
        await pace.turn(rate=account.rate)
        if stopping.is_set():
            return
        try:
            found = await client.basic_contacts([asked.email for asked in group])
        except SalesmanagoError as error:
            log.warning("statuses_not_read", store=store_id, problem=problem_of(error))
            await database(partial(put_off, store_id, now=timezone.now()))
            return
        await database(partial(_keep, account, group, found, now=timezone.now()))
        group = await database(partial(_group, account, after=group[-1].pk))
    await database(lambda: Account.objects.filter(pk=store_id).update(statuses_read_at=started))


async def _quiet_moment(is_sending: Callable[[], bool], stopping: asyncio.Event) -> None:
    """What happens in the shop goes first."""
    loop = asyncio.get_running_loop()
    end = loop.time() + LONGEST_WAIT
    while is_sending() and loop.time() < end and not stopping.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), LOOK_AGAIN)


def _group(account: Account, *, after: int) -> list[Asked]:
    sent = Acquaintance.objects.filter(
        pk__gt=after,
        remote=account.remote,
        contact__store_id=account.store_id,
        contact__store__account__active=True,
        contact__erased_at=None,
        acknowledged_at__isnull=False,
    )
    return [
        Asked(row.pk, row.email, Status(row.status), row.status_at) for row in sent.order_by("pk")[:GROUP]
    ]


def _keep(account: Account, group: Sequence[Asked], found: Sequence[BasicContact], *, now: datetime) -> None:
    there = {contact.email.lower(): contact for contact in found if not contact.deleted}
    for asked in group:
        if asked.email in there:
            _keep_one(account, asked, there[asked.email], now=now)


def _keep_one(account: Account, asked: Asked, contact: BasicContact, *, now: datetime) -> None:
    """Somebody who was asked to confirm and has not done so is reported as opted out: no news.

    What was learnt in another way while we were asking stands.
    """
    there = as_known(contact, now=now)
    is_pending = asked.status is Status.PENDING and there.status is Status.OPT_OUT
    if there.status is asked.status or is_pending:
        return
    at = min(now, max(there.status_at, asked.status_at))
    with transaction.atomic():
        present = Account.objects.select_for_update(no_key=True).get(pk=account.pk)
        unchanged = Acquaintance.objects.filter(
            pk=asked.pk, remote=present.remote, status=asked.status, status_at=asked.status_at
        )
        row = unchanged.select_related("contact").first()
        if row is not None:
            learn_status(row.contact, status=there.status, at=at, source=Source.READ_BACK)
