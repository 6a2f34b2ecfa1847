"""Looking at the stores that may be in trouble, and at no others: each look is one into an index."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from ebexo.operations.alerts.deciding import HOUR, SHARE, Kind, Seen, Standing
from ebexo.outbox.models import IS_LIVE, Lane, Message
from ebexo.outbox.states import State
from ebexo.stores.models import Alert, Store

ENDED = Q(done_at__isnull=False)
"""Said beside the state that is meant, it lets the database answer from the index of what has ended."""


@dataclass(frozen=True)
class Watched:
    """A store, how it is now, and which troubles of it are known to go on."""

    store: Store
    seen: Seen
    standing: dict[Kind, Standing]


def look_around(*, now: datetime, after: timedelta) -> Iterator[Watched]:
    """Stores that are turned away, or where something waits or has failed, or that were in trouble the last time.

    All of them in one statement: when SALESmanago is down, that is every store there is.
    """
    lanes = list(_suspects(now=now, after=after))
    standing = _standing()
    for lane in lanes:
        yield Watched(lane.store, _seen(lane, now=now), standing[lane.store_id])


def _suspects(*, now: datetime, after: timedelta) -> QuerySet[Any]:
    """Their lanes with what there is to see. A store without a lane has told nothing yet."""
    suspects = Lane.objects.filter(
        Q(paused_reason__isnull=False)
        | Exists(_of_lane(State.WAITING, IS_LIVE, accepted_at__lte=now - after / 2))
        | Exists(_of_lane(State.IN_FLIGHT, IS_LIVE, accepted_at__lte=now - after / 2))
        | Exists(_of_lane(State.FAILED, ENDED, done_at__gt=now - HOUR))
        | Exists(Alert.objects.filter(store_id=OuterRef("store_id"), closed_at=None)),
        store__removal_began_at=None,
    )
    failed = _of_lane(State.FAILED, ENDED, done_at__gt=now - HOUR).order_by().values("store_id")
    seen = suspects.annotate(
        waiting_since=_first(_of_lane(State.WAITING, IS_LIVE), "accepted_at"),
        in_flight_since=_first(_of_lane(State.IN_FLIGHT, IS_LIVE), "accepted_at"),
        delivered_at=_first(_of_lane(State.DELIVERED, ENDED), "-done_at"),
        failed_at=_first(_of_lane(State.FAILED, ENDED), "-done_at"),
        failed=Subquery(failed.annotate(number=Count("pk")).values("number")),
    )
    return seen.select_related("store__account").order_by("store_id")


def _of_lane(state: State, index: Q, **more: object) -> QuerySet[Message]:
    return Message.objects.filter(index, store_id=OuterRef("store_id"), state=state, **more)


def _first(messages: QuerySet[Message], order: str) -> Subquery:
    return Subquery(messages.order_by(order).values(order.removeprefix("-"))[:1])


def _standing() -> defaultdict[int, dict[Kind, Standing]]:
    found: defaultdict[int, dict[Kind, Standing]] = defaultdict(dict)
    for alert in Alert.objects.filter(closed_at=None):
        told = alert.mailed_at is not None
        found[alert.store_id][Kind(alert.kind)] = Standing(alert.opened_at, is_told=told)
    return found


def _seen(lane: Any, *, now: datetime) -> Seen:
    account, failed = lane.store.account, lane.failed or 0
    return Seen(
        at=now,
        is_sending=account.active and account.is_complete and not account.dry_run and lane.stopped_at is None,
        refused=lane.paused_reason,
        is_proved=account.check_problem is None,
        is_well=lane.is_well,
        waits_since=min(filter(None, (lane.waiting_since, lane.in_flight_since)), default=None),
        delivered_at=lane.delivered_at,
        failed=failed,
        ended=failed + _delivered_beside(failed, lane.store_id, now=now),
        failed_at=lane.failed_at,
    )


def _delivered_beside(failed: int, store_id: int, *, now: datetime) -> int:
    """How much arrived in the last hour, counted only as far as it matters beside so many that failed."""
    if not failed:
        return 0
    arrived = Message.objects.filter(ENDED, store_id=store_id, state=State.DELIVERED, done_at__gt=now - HOUR)
    return arrived[: failed * SHARE].count()
