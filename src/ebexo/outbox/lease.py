"""Holding a lane: one worker at a time may send for a store, and a fencing number keeps out whoever held it before."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from ebexo.outbox.models import IS_LIVE, Attempt, Key, Lane, Message
from ebexo.outbox.states import State

LEASE = timedelta(seconds=60)


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


def boot_clock() -> float:
    """Seconds since the machine started; runs on while the process is paused."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def take(store_id: int, *, owner: str, now: datetime, length: timedelta = LEASE) -> Lease | None:
    """The lane of this store, if nobody holds it. What a former holder left in flight is in doubt from now on."""
    started = boot_clock()
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
    return Q(lease_until=None) | Q(lease_until__lte=now) | Q(lease_until__gt=now + 2 * LEASE)


def clock_was_set_back(now: datetime) -> Q:
    """Lanes that were last served at a moment which is still to come: how long they back off means nothing now."""
    return Q(last_served_at__gt=now)


def renew(lease: Lease, *, now: datetime, length: timedelta = LEASE) -> Lease:
    """The same lane for another `length`. Call it inside a transaction. Raises LeaseLost."""
    started = boot_clock()
    held = Lane.objects.filter(store_id=lease.store_id, epoch=lease.epoch).update(lease_until=now + length)
    if not held:
        raise LeaseLost
    return Lease(lease.store_id, lease.epoch, started + length.total_seconds())


def release(lease: Lease) -> None:
    """Give the lane back, if it is still ours."""
    Lane.objects.filter(store_id=lease.store_id, epoch=lease.epoch).update(lease_until=None, owner="")


def release_all() -> None:
    """Free every lane. Only for the one dispatcher of an installation, whose lock proves that no other is alive."""
    Lane.objects.exclude(lease_until=None).update(lease_until=None, owner="")


def _take_over_what_was_left(store_id: int, *, now: datetime) -> None:
    in_flight = Message.objects.filter(IS_LIVE, store_id=store_id, state=State.IN_FLIGHT)
    left = list(in_flight.values_list("pk", "key_id"))
    if not left:
        return
    Message.objects.filter(pk__in=[pk for pk, _ in left]).update(
        state=State.WAITING, in_doubt=True, crash_reclaims=F("crash_reclaims") + 1
    )
    Key.objects.filter(pk__in=[key_id for _, key_id in left]).update(due_at=now)
    begun = Attempt.objects.filter(messages__in=[pk for pk, _ in left], finished_at=None)
    begun.update(finished_at=now, outcome="interrupted")
