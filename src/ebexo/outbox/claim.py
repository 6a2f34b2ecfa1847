"""Choosing what to send next: the heads of contacts that are due. Nothing behind a head can overtake it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from ebexo.outbox.lease import Lease, clock_was_set_back, is_free, renew
from ebexo.outbox.models import IS_LIVE, Attempt, Key, Lane, Message
from ebexo.outbox.retry import LONGEST
from ebexo.outbox.states import State


@dataclass(frozen=True)
class Claimed:
    """A message that is ours to send, the key it is queued under, and the attempt recorded for it beforehand."""

    message: Message
    key_id: int
    key: str
    attempt_id: int


@dataclass(frozen=True)
class Claim:
    """What is ours to send, and the lease it is ours under."""

    lease: Lease
    messages: tuple[Claimed, ...]


def due_stores(*, now: datetime) -> list[int]:
    """Stores with something to send, the one that waited longest for its turn first.

    What is in flight on a lane that nobody holds was left by a worker that died.
    """
    due_key = Key.objects.filter(_due(now), store_id=OuterRef("store_id"))
    left = Message.objects.filter(IS_LIVE, store_id=OuterRef("store_id"), state=State.IN_FLIGHT)
    something = (Q(Exists(due_key)) & _not_backing_off(now)) | Q(Exists(left))
    lanes = Lane.objects.filter(is_free(now), something)
    return list(lanes.order_by(F("last_served_at").asc(nulls_first=True)).values_list("store_id", flat=True))


def claim(lease: Lease, *, limit: int, endpoint: str, now: datetime) -> Claim:
    """At most `limit` due messages, one a contact, oldest first. The intent to send them is on disk on return.

    Where the last calls failed only one is tried. Raises LeaseLost.
    """
    with transaction.atomic():
        lease = renew(lease, now=now)
        lane = Lane.objects.get(store_id=lease.store_id)
        if not _may_send(lane, now=now):
            return Claim(lease, ())
        messages = _due_heads(
            lease.store_id, limit=1 if lane.failures or lane.paused_reason else limit, now=now
        )
        _mark_in_flight(messages, lease)
        attempts = _open_attempts(messages, lease, endpoint=endpoint, now=now)
    claimed = (
        Claimed(message, message.key.pk, message.key.key, attempt)
        for message, attempt in zip(messages, attempts, strict=True)
        if message.key
    )
    return Claim(lease, tuple(claimed))


def _may_send(lane: Lane, *, now: datetime) -> bool:
    return lane.backoff_until is None or lane.backoff_until <= now


def _not_backing_off(now: datetime) -> Q:
    return Q(backoff_until=None) | Q(backoff_until__lte=now) | clock_was_set_back(now)


def _due(now: datetime) -> Q:
    """Keys whose head may be sent. None is ever put off for longer than `LONGEST`: then the clock was set back."""
    at = Q(due_at__lte=now) | Q(due_at__gt=now + timedelta(seconds=LONGEST))
    return at & Q(blocked=False, head_seq__lte=F("tail_seq"))


def _due_heads(store_id: int, *, limit: int, now: datetime) -> list[Message]:
    """Locked, so that none of them is withheld between being looked at and being marked."""
    due = Key.objects.filter(_due(now), store_id=store_id).order_by("due_at", "head_message")
    heads = [head for head in due.values_list("head_message", flat=True)[:limit] if head]
    waiting = Message.objects.filter(pk__in=heads, state=State.WAITING).select_related("key").order_by("pk")
    found = {message.pk: message for message in waiting.select_for_update(of=("self",))}
    return [found[head] for head in heads if head in found]


def _mark_in_flight(messages: list[Message], lease: Lease) -> None:
    Message.objects.filter(pk__in=[message.pk for message in messages]).update(
        state=State.IN_FLIGHT, epoch=lease.epoch, attempts=F("attempts") + 1
    )
    Key.objects.filter(pk__in=[message.key_id for message in messages]).update(due_at=None)
    for message in messages:
        message.attempts += 1
        message.epoch = lease.epoch


def _open_attempts(messages: list[Message], lease: Lease, *, endpoint: str, now: datetime) -> list[int]:
    attempts = Attempt.objects.bulk_create(
        Attempt(store_id=lease.store_id, epoch=lease.epoch, endpoint=endpoint, started_at=now)
        for _ in messages
    )
    through = Attempt.messages.through
    through.objects.bulk_create(
        through(attempt_id=attempt.pk, message_id=message.pk)
        for attempt, message in zip(attempts, messages, strict=True)
    )
    return [attempt.pk for attempt in attempts]
