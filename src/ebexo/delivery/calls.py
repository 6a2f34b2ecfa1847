"""Which jobs share a call to SALESmanago. Alone is the rule; where very many wait, those that can go together do.

Each call is put on record before it is made, or put back.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from ebexo.consents.gate import Purpose
from ebexo.delivery.errand import CartErrand
from ebexo.delivery.job import Job
from ebexo.delivery.mapping.uniting import UNITABLE
from ebexo.delivery.visitors import Question
from ebexo.events import EventType
from ebexo.outbox.choosing import Batch
from ebexo.outbox.claim import begin
from ebexo.outbox.lease import Lease
from ebexo.outbox.retry import ALONE_IN_CALL_AFTER
from ebexo.outbox.settle import settle
from ebexo.outbox.states import MessageKind, Outcome, State
from ebexo.stores.models import Account, Mode

BATCH = Batch(
    types=frozenset(
        {*UNITABLE, EventType.NEWSLETTER_SUBSCRIBED, EventType.ORDER_PLACED, EventType.ORDER_PAID}
    ),
    at_least=20,
    limit=100,
)
"""A hundred to a call: beyond it hardly anything is gained, and all of a call are read and written in one go, for
which other stores' messages wait. With less waiting single calls are as good, and each tells its contact id sooner."""
HISTORY = Batch(types=BATCH.types, at_least=1, limit=400)
"""As many contacts to a call as SALESmanago takes: nobody waits for their contact ids."""

Call = Sequence[Job | Question]


def batch_for(account: Account) -> Batch | None:
    """What may share calls to this account: nothing where each contact may need a confirmation e-mail."""
    return None if account.mode == Mode.DOUBLE_OPT_IN else BATCH


def arranged(jobs: Sequence[Job | Question], *, free: int, is_batch: bool) -> tuple[list[Call], list[Call]]:
    """The calls to make now, for which so many places are free, and the others. One at most is of what is last."""
    first = [job for job in jobs if not job.claimed.is_last]
    last = calls_of([job for job in jobs if job.claimed.is_last])
    calls = [*(calls_of(first) if is_batch else [[job] for job in first]), *last[:1]]
    return calls[:free], [*calls[free:], *last[1:]]


def calls_of(jobs: Sequence[Job | Question]) -> list[Call]:
    """The jobs, each in exactly one call; those that share one have different contacts and addresses, and are of one
    kind."""
    together: defaultdict[tuple[str, int], list[Job | Question]] = defaultdict(list)
    alone: list[Call] = []
    addresses: set[str] = set()
    for job in jobs:
        email = job.event.email
        if email and email not in addresses and may_share(job):
            addresses.add(email)
            message = job.claimed.message
            limit = HISTORY.limit if is_history(job) else BATCH.limit
            together[message.kind, message.largest_batch or limit].append(job)
        else:
            alone.append([job])
    return [
        group[start : start + size]
        for (_, size), group in together.items()
        for start in range(0, len(group), size)
    ] + alone


def may_share(job: Job | Question) -> bool:
    """A batch asks for no confirmation e-mails, gives no consent details, changes no address, looks for no event."""
    if isinstance(job, Question):
        return False
    message, known = job.claimed.message, job.known
    return (
        job.purpose is Purpose.TELL
        and (not job.double_opt_in or is_history(job))  # which never asks for an e-mail
        and (not job.consents or is_history(job))  # which leaves them out
        and not isinstance(job.errand, CartErrand)
        and (known is None or known.email == job.event.email)
        and not (message.in_doubt and job.errand)
        and message.crash_reclaims < ALONE_IN_CALL_AFTER
        and message.largest_batch != 1
        and not job.event.person.previous_email
    )


def is_history(job: Job | Question) -> bool:
    return bool(job.claimed.message.kind == MessageKind.HISTORY)


def is_last(call: Call) -> bool:
    """Is it a call of what goes where nothing live is due?"""
    return call[0].claimed.is_last


def named(call: Call) -> dict[str, Any]:
    """Which messages, for the log: by the outbox's own numbers, since an event's id may be made of an address."""
    message = call[0].claimed.message
    if len(call) > 1:
        return {"store": message.store_id, "messages": len(call), "first_message": message.pk}
    return {"store": message.store_id, "message": message.pk, "attempt": message.attempts}


def put_back(lease: Lease, calls: Sequence[Call]) -> None:
    """Calls for which no place is free. Who shares one with nobody is not taken with a batch again."""
    outcomes = [
        (
            job.claimed,
            Outcome(
                State.WAITING,
                kind="not_sent",
                was_called=False,
                largest_batch=1 if len(call) == 1 else None,
            ),
        )
        for call in calls
        for job in call
    ]
    if outcomes:
        settle(lease, outcomes, verdict=None, now=timezone.now())


def put_on_record(lease: Lease, calls: Sequence[Call], *, endpoint: str) -> None:
    """Each of these calls has its attempt afterwards. What was claimed to go alone has its own by now."""
    new = [[job.claimed for job in call] for call in calls if call[0].claimed.attempt_id is None]
    if new:
        begin(lease, new, endpoint=endpoint, now=timezone.now())
