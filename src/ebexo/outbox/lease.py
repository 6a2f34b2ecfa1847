"""Holding a lane: one worker at a time may send for a store, and a fencing number keeps out whoever held it before."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from ebexo import metrics
from ebexo.as_stored import moment
from ebexo.environment import environment
from ebexo.outbox.heads import move_heads_on
from ebexo.outbox.models import IS_LIVE, Attempt, Key, Lane, Message
from ebexo.outbox.retry import CERTAIN_AFTER, POISON_AFTER, SUSPECT_AFTER, rest
from ebexo.outbox.states import State


class LeaseLost(Exception):
    """Another worker holds the lane by now. What this one still has in hand must not be written."""


@dataclass(frozen=True)
class Lease:
    """A held lane. `ends_at_boot_clock` is read on a clock that no change of the time of day can move."""

    store_id: int
    epoch: int
    ends_at_boot_clock: float

    def covers(self, seconds: float) -> bool:
        """Is the lane certainly still ours for the next `seconds`? Asked immediately before each send."""
        return boot_clock() + seconds < self.ends_at_boot_clock


def lease_length() -> timedelta:
    """How long a lane is held by whoever took it, unless they renew it."""
    return timedelta(seconds=environment().lease_seconds)


def boot_clock() -> float:
    """Seconds since the machine started; runs on while the process is paused."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def _boot_clock_at(now: datetime) -> float:
    """What the boot clock showed when `now` was read: whoever read it may have been held up since."""
    return boot_clock() - max(0.0, (timezone.now() - now).total_seconds())


def take(store_id: int, *, owner: str, now: datetime, length: timedelta | None = None) -> Lease | None:
    """The lane of this store, if nobody holds it. What a former holder left in flight is in doubt from now on."""
    started, length = _boot_clock_at(now), length or lease_length()
    with transaction.atomic():
        Lane.objects.filter(clock_was_set_back(now), store_id=store_id).update(backoff_until=None)
        taken = Lane.objects.filter(is_free(now), store_id=store_id).update(
            epoch=F("epoch") + 1, owner=owner, lease_until=now + length, last_served_at=now
        )
        if not taken:
            return None
        _take_over_what_was_left(store_id, now=now)
        epoch = Lane.objects.values_list("epoch", flat=True).get(store_id=store_id)
    return Lease(store_id, epoch, started + length.total_seconds())


def is_free(now: datetime) -> Q:
    """Lanes that nobody holds. A lease far off is one that the clock was set back under: it counts as over."""
    return Q(lease_until=None) | Q(lease_until__lte=now) | Q(lease_until__gt=now + 2 * lease_length())


def clock_was_set_back(now: datetime) -> Q:
    """Lanes that were last served at a moment which is still to come: how long they back off means nothing now."""
    return Q(last_served_at__gt=now)


_RENEW = "UPDATE ebexo_outbox_lane SET lease_until = %s WHERE store_id = %s AND epoch = %s"


def renew(lease: Lease, *, now: datetime, length: timedelta | None = None) -> Lease:
    """The same lane for another `length`. Call it inside a transaction. Raises LeaseLost."""
    started, length = _boot_clock_at(now), length or lease_length()
    with connection.cursor() as cursor:
        cursor.execute(_RENEW, [moment(now + length), lease.store_id, lease.epoch])
        if not cursor.rowcount:
            raise LeaseLost
    return Lease(lease.store_id, lease.epoch, started + length.total_seconds())


def needs_renewal(lease: Lease) -> bool:
    """Is a quarter of the lease over?"""
    return not lease.covers(0.75 * lease_length().total_seconds())


def kept(lease: Lease, *, now: datetime) -> Lease:
    """The same lane, renewed where that is due. Raises LeaseLost."""
    if not needs_renewal(lease):
        return lease
    with transaction.atomic():
        return renew(lease, now=now)


def release(lease: Lease) -> None:
    """Give the lane back, if it is still ours."""
    Lane.objects.filter(store_id=lease.store_id, epoch=lease.epoch).update(lease_until=None, owner="")


def release_all() -> None:
    """Free every lane. Only for the one dispatcher of an installation, whose lock proves that no other is alive."""
    with transaction.atomic():
        _spare_suspects()
        Lane.objects.exclude(lease_until=None).update(lease_until=None, owner="")


def _spare_suspects() -> None:
    """Where messages of several contacts were in hand when the one dispatcher broke, this proves nothing against any.

    They stay suspects, and what counts is how often it breaks while one of them is in hand with nothing beside it.
    """
    held = Lane.objects.exclude(lease_until=None).values("store_id")
    left = Message.objects.filter(IS_LIVE, store_id__in=held, state=State.IN_FLIGHT)
    if left[:2].count() == 2:
        spared = left.filter(crash_reclaims__gte=SUSPECT_AFTER, attempts__lt=CERTAIN_AFTER)
        spared.update(crash_reclaims=F("crash_reclaims") - 1)


def _take_over_what_was_left(store_id: int, *, now: datetime) -> None:
    """Nobody knows whether it arrived. What was in hand too often when a worker broke is given up."""
    in_flight = Message.objects.filter(IS_LIVE, store_id=store_id, state=State.IN_FLIGHT)
    left = list(in_flight.values_list("pk", "key_id", "crash_reclaims"))
    if not left:
        return
    transaction.on_commit(metrics.TAKEOVERS.inc)
    numbers = [pk for pk, _, _ in left]
    Attempt.objects.filter(messages__in=numbers, finished_at=None).update(
        finished_at=now, outcome="interrupted"
    )
    Message.objects.filter(pk__in=numbers).update(
        state=State.WAITING, in_doubt=True, crash_reclaims=F("crash_reclaims") + 1
    )
    for reclaims in {reclaims for _, _, reclaims in left}:
        keys = [key_id for _, key_id, so_often in left if so_often == reclaims]
        Key.objects.filter(pk__in=keys).update(due_at=now + rest(reclaims + 1))
    poison = [(pk, key_id) for pk, key_id, reclaims in left if reclaims + 1 >= POISON_AFTER]
    Message.objects.filter(pk__in=[pk for pk, _ in poison]).update(
        state=State.FAILED, reason="poison", done_at=now
    )
    move_heads_on({key_id for _, key_id in poison if key_id})
