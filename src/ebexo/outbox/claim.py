"""Taking what to send next, and putting on record that it is about to be sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db import connection, transaction

from ebexo.as_stored import moment
from ebexo.failpoints import failpoint
from ebexo.outbox.choosing import Batch, Wanted, choose
from ebexo.outbox.lease import Lease, LeaseLost, renew
from ebexo.outbox.models import Lane, Message
from ebexo.outbox.states import State
from ebexo.outbox.uniting import Unite, united
from ebexo.statements import Rows, change, change_some


@dataclass
class Claimed:
    """A message that is ours to send, and the key it is queued under.

    `attempt_id` is the call that carries it, once that was begun. `is_last`: it is history, and nothing live waits
    behind it.
    """

    message: Message
    key_id: int
    key: str
    attempt_id: int | None = None
    is_last: bool = False


@dataclass(frozen=True)
class Claim:
    """What is ours to send, and the lease it is ours under. What is last stands at the end.

    `is_batch`: what is not last was taken to be sent in few calls; `is_lone`: nothing else may be in hand beside it.
    """

    lease: Lease
    messages: tuple[Claimed, ...]
    is_batch: bool = False
    is_lone: bool = False


def claim(
    lease: Lease,
    *,
    limit: int,
    now: datetime,
    unite: Unite | None = None,
    batch: Batch | None = None,
    history: Batch | None = None,
    has_company: bool = False,
    endpoint: str | None = None,
) -> Claim:
    """At most `limit` due messages, one a contact, oldest first. That they are ours is on disk on return.

    With `batch` it may be more of one kind, to be sent in few calls. Where that leaves a place free, `history` for one
    call is added, or a single one that can share none; without `history` none is given out. Where the last calls
    failed only one is tried, and a message that was in hand whenever a worker broke comes alone: with `has_company`,
    others in hand already, neither is given out. `unite` makes one message of two that follow each other. With
    `endpoint` the attempts of those that share no call are on record, too, as by `begin`. Raises LeaseLost.
    """
    with transaction.atomic():
        lease = renew(lease, now=now)
        lane = _LANE.first(lease.store_id)
        if lane is None or not _may_send(lane, now=now):
            return Claim(lease, ())
        choice = choose(lane, Wanted(limit, batch, history, has_company=has_company), now=now)
        if choice.is_lone and has_company:
            return Claim(lease, (), is_lone=True)
        heads = _locked([*choice.messages, *choice.last])
        messages = united(heads, unite, now=now) if unite else heads
        _mark_in_flight(messages, lease)
        if messages:
            transaction.on_commit(partial(failpoint, "claimed"))
        last = set(choice.last)
        claimed = tuple(
            Claimed(message, key.pk, key.key, is_last=head.pk in last)
            for head, message in zip(heads, messages, strict=True)
            if (key := message.key)
        )
        if endpoint and not choice.is_batch:
            alone = [[one] for one in claimed if not one.is_last]
            _put_on_record(alone, lease, endpoint=endpoint, now=now)
    return Claim(lease, claimed, is_batch=choice.is_batch, is_lone=choice.is_lone)


def begin(lease: Lease, calls: Sequence[Sequence[Claimed]], *, endpoint: str, now: datetime) -> None:
    """Record one attempt for each call that is about to be made; its messages carry the number. Raises LeaseLost."""
    with transaction.atomic():
        if _HELD.first(lease.store_id, lease.epoch) is None:
            raise LeaseLost
        _put_on_record(calls, lease, endpoint=endpoint, now=now)


def _put_on_record(calls: Sequence[Sequence[Claimed]], lease: Lease, *, endpoint: str, now: datetime) -> None:
    if not calls:
        return
    attempt = (lease.store_id, lease.epoch, endpoint, moment(now))
    with connection.cursor() as cursor:
        marks = ", ".join(["(%s, %s, %s, %s)"] * len(calls))
        cursor.execute(_ATTEMPTS.format(marks), attempt * len(calls))
        numbers = [number for (number,) in cursor.fetchall()]
    for number, call in zip(numbers, calls, strict=True):
        for one in call:
            one.attempt_id = number
    change(_CARRY, [(one.attempt_id, one.message.pk) for call in calls for one in call])
    transaction.on_commit(partial(failpoint, "begun"))


_LANE = Rows(Lane, "store_id = {}")
_HELD = Rows(Lane, "store_id = {} AND epoch = {}")
_ATTEMPTS = "INSERT INTO ebexo_outbox_attempt (store_id, epoch, endpoint, started_at) VALUES {} RETURNING id"
_CARRY = "INSERT INTO ebexo_outbox_attempt_messages (attempt_id, message_id) VALUES (%s, %s)"


def _may_send(lane: Lane, *, now: datetime) -> bool:
    return lane.stopped_at is None and (lane.backoff_until is None or lane.backoff_until <= now)


def _locked(numbers: list[int]) -> list[Message]:
    """These messages in their order, locked; without those that were withheld since they were looked at."""
    found = {message.pk: message for message in _WAITING.found(numbers)}
    return [found[number] for number in numbers if number in found]


_WAITING = Rows(
    Message,
    f"ebexo_outbox_message.id IN ({{}}) AND state = '{State.WAITING}' ORDER BY ebexo_outbox_message.id",
    follow="key",
    only_followed=("key", "tail_seq"),
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
