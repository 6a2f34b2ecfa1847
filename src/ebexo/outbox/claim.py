"""Choosing what to send next: the heads of contacts that are due. Nothing behind a head can overtake it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q

from ebexo.failpoints import failpoint
from ebexo.outbox.lease import Lease, LeaseLost, clock_was_set_back, is_free, renew
from ebexo.outbox.models import IS_LIVE, Attempt, Key, Lane, Message
from ebexo.outbox.retry import ALONE_IN_CALL_AFTER, LONGEST, SUSPECT_AFTER
from ebexo.outbox.states import State
from ebexo.outbox.uniting import Unite, united
from ebexo.statements import Rows, change, change_some, insert, moment, new


@dataclass(frozen=True)
class Claimed:
    """A message that is ours to send, and the key it is queued under. `attempt_id` is the call that carries it."""

    message: Message
    key_id: int
    key: str
    attempt_id: int | None = None


@dataclass(frozen=True)
class Claim:
    """What is ours to send, and the lease it is ours under.

    `is_batch`: it was taken to be sent in few calls; `is_lone`: nothing else may be in hand beside it.
    """

    lease: Lease
    messages: tuple[Claimed, ...]
    is_batch: bool = False
    is_lone: bool = False


def due_stores(*, now: datetime) -> list[int]:
    """Stores with something to send, the one that waited longest for its turn first.

    What is in flight on a lane that nobody holds was left by a worker that died.
    """
    due_key = Key.objects.filter(_due(now), store_id=OuterRef("store_id"))
    left = Message.objects.filter(IS_LIVE, store_id=OuterRef("store_id"), state=State.IN_FLIGHT)
    something = (Q(Exists(due_key)) & _not_backing_off(now)) | Q(Exists(left))
    lanes = Lane.objects.filter(is_free(now), something, stopped_at=None)
    return list(lanes.order_by(F("last_served_at").asc(nulls_first=True)).values_list("store_id", flat=True))


@dataclass(frozen=True)
class Batch:
    """Where at least `at_least` messages of these types are due, up to `limit` of them are taken together."""

    types: Collection[str]
    at_least: int
    limit: int


def claim(
    lease: Lease,
    *,
    limit: int,
    now: datetime,
    unite: Unite | None = None,
    batch: Batch | None = None,
    has_company: bool = False,
) -> Claim:
    """At most `limit` due messages, one a contact, oldest first. That they are ours is on disk on return.

    With `batch` it may be more of one kind, to be sent in few calls. Where the last calls failed only one is tried,
    and a message that was in hand whenever a worker broke comes alone: with `has_company`, others in hand already,
    neither is given out. `unite` makes one message of two that follow each other. Raises LeaseLost.
    """
    with transaction.atomic():
        lease = renew(lease, now=now)
        lane = _LANE.first(lease.store_id)
        if lane is None or not _may_send(lane, now=now):
            return Claim(lease, ())
        choice = _choose(lane, limit=limit, batch=batch, now=now)
        if choice.is_lone and has_company:
            return Claim(lease, (), is_lone=True)
        messages = choice.messages
        if unite:
            messages = united(messages, unite, now=now)
        _mark_in_flight(messages, lease)
    if messages:
        transaction.on_commit(partial(failpoint, "claimed"))
    claimed = (Claimed(message, message.key.pk, message.key.key) for message in messages if message.key)
    return Claim(lease, tuple(claimed), is_batch=choice.is_batch, is_lone=choice.is_lone)


def begin(
    lease: Lease, calls: Sequence[Sequence[Claimed]], *, endpoint: str, now: datetime
) -> list[list[Claimed]]:
    """Record one attempt for each call that is about to be made. Raises LeaseLost."""
    with transaction.atomic():
        if _HELD.first(lease.store_id, lease.epoch) is None:
            raise LeaseLost
        attempts = [
            new(Attempt, store_id=lease.store_id, epoch=lease.epoch, endpoint=endpoint, started_at=now)
            for _ in calls
        ]
        for attempt in attempts:
            insert(attempt)
        carried = [
            (attempt.pk, claimed.message.pk)
            for attempt, call in zip(attempts, calls, strict=True)
            for claimed in call
        ]
        change(_CARRY, carried)
    transaction.on_commit(partial(failpoint, "begun"))
    return [
        [replace(claimed, attempt_id=attempt.pk) for claimed in call]
        for attempt, call in zip(attempts, calls, strict=True)
    ]


_LANE = Rows(Lane, "store_id = {}")
_HELD = Rows(Lane, "store_id = {} AND epoch = {}")
_CARRY = "INSERT INTO ebexo_outbox_attempt_messages (attempt_id, message_id) VALUES (%s, %s)"


@dataclass(frozen=True)
class _Choice:
    messages: list[Message]
    is_batch: bool = False
    is_lone: bool = False


def _choose(lane: Lane, *, limit: int, batch: Batch | None, now: datetime) -> _Choice:
    if lane.failures or lane.paused_reason:
        return _Choice(_due_heads(lane.pk, limit=1, now=now), is_lone=True)
    found = _candidates(lane.pk, limit=limit, batch=batch, now=now)
    for message in found:
        if message.crash_reclaims >= SUSPECT_AFTER:  # it must not take others with it should the worker break
            return _Choice([message], is_lone=True)
    together = _of_batch(found, batch)
    numbers = {message.pk for message in together}
    others = [message for message in found if message.pk not in numbers]
    if not together or (limit == 1 and found[0].pk not in numbers):
        return _Choice(found[:limit])
    return _Choice([*together, *others[: limit - 1]], is_batch=True)


def _candidates(store_id: int, *, limit: int, batch: Batch | None, now: datetime) -> list[Message]:
    """The oldest heads that are due; as many as go together only where enough of those can share a call."""
    few = max(limit, min(batch.at_least, batch.limit)) if batch else limit
    found = _due_heads(store_id, limit=few, now=now)
    if batch is None or len(found) < few or _count_alike(store_id, batch, now=now) < batch.at_least:
        return found
    return _due_heads(store_id, limit=max(limit, batch.limit), now=now)


def _count_alike(store_id: int, batch: Batch, *, now: datetime) -> int:
    """Of as many heads as go together at most: how many are of the types that can."""
    marks = ", ".join(["%s"] * len(batch.types))
    with connection.cursor() as cursor:
        cursor.execute(_ALIKE.format(marks), [*_due_values(store_id, batch.limit, now=now), *batch.types])
        (number,) = cursor.fetchone()
    return int(number)


def _of_batch(found: list[Message], batch: Batch | None) -> list[Message]:
    """Those that share calls: where there are many, and what is left of a call that was turned down as a whole."""
    if batch is None:
        return []
    alike = [message for message in found if message.type in batch.types and _may_share(message)]
    halved = [message for message in alike if message.largest_batch]
    return alike[: batch.limit] if len(alike) >= batch.at_least else halved


def _may_share(message: Message) -> bool:
    return message.largest_batch != 1 and message.crash_reclaims < ALONE_IN_CALL_AFTER


def _may_send(lane: Lane, *, now: datetime) -> bool:
    return lane.stopped_at is None and (lane.backoff_until is None or lane.backoff_until <= now)


def _not_backing_off(now: datetime) -> Q:
    return Q(backoff_until=None) | Q(backoff_until__lte=now) | clock_was_set_back(now)


def _due(now: datetime) -> Q:
    """Keys whose head may be sent. None is ever put off for longer than `LONGEST`: then the clock was set back."""
    at = Q(due_at__lte=now) | Q(due_at__gt=now + timedelta(seconds=LONGEST))
    return at & Q(blocked=False, head_seq__lte=F("tail_seq"))


def _due_heads(store_id: int, *, limit: int, now: datetime) -> list[Message]:
    """Locked, so that none of them is withheld between being looked at and being marked."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE_HEADS, _due_values(store_id, limit, now=now))
        heads = [head for (head,) in cursor.fetchall() if head]
    found = {message.pk: message for message in _WAITING.found(heads)}
    return [found[head] for head in heads if head in found]


_DUE_HEADS = """
    SELECT head_message FROM ebexo_outbox_key
    WHERE store_id = %s AND (due_at <= %s OR due_at > %s) AND NOT blocked AND head_seq <= tail_seq
    ORDER BY due_at, head_message LIMIT %s
"""
_ALIKE = f"""
    SELECT COUNT(*) FROM ({_DUE_HEADS}) AS due JOIN ebexo_outbox_message ON id = due.head_message
    WHERE type IN ({{}}) AND (largest_batch IS NULL OR largest_batch <> 1)
"""  # noqa: S608  (our own words)


def _due_values(store_id: int, limit: int, *, now: datetime) -> list[Any]:
    return [store_id, moment(now), moment(now + timedelta(seconds=LONGEST)), limit]


_WAITING = Rows(
    Message,
    f"ebexo_outbox_message.id IN ({{}}) AND state = '{State.WAITING}' ORDER BY ebexo_outbox_message.id",
    follow="key",
    locked=True,
)
_MARK = f"""
    UPDATE ebexo_outbox_message SET state = '{State.IN_FLIGHT}', epoch = %s, attempts = attempts + 1
    WHERE id IN ({{}})
"""  # noqa: S608  (our own word)
_NOT_DUE = "UPDATE ebexo_outbox_key SET due_at = NULL WHERE id IN ({})"


def _mark_in_flight(messages: list[Message], lease: Lease) -> None:
    change_some(_MARK, [lease.epoch], [message.pk for message in messages])
    change_some(_NOT_DUE, [], [message.key_id for message in messages if message.key_id])
    for message in messages:
        message.attempts += 1
        message.epoch = lease.epoch
