"""What a worker wants to know of lanes between two drains: when one is due again, and which of its own were left."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import F

from ebexo.outbox.lease import is_free
from ebexo.outbox.models import Key, Lane
from ebexo.outbox.retry import LONGEST


def next_due(store_id: int, *, now: datetime) -> datetime | None:
    """When this store has something to send next; it may be over already.

    None where nothing waits, where somebody else holds the lane and will see to it, or where a person stopped it.
    """
    lane = Lane.objects.filter(is_free(now), store_id=store_id, stopped_at=None).first()
    if lane is None:
        return None
    earliest = [at for is_history in (False, True) if (at := _earliest(store_id, is_history=is_history))]
    if not earliest:
        return None
    due_at = min(earliest)
    if due_at > now + timedelta(seconds=LONGEST):  # the clock was set back
        due_at = now
    return max(due_at, lane.backoff_until or due_at)


def _earliest(store_id: int, *, is_history: bool) -> datetime | None:
    """Asked for each kind, for so stands the index."""
    heads = Key.objects.filter(
        store_id=store_id,
        is_history=is_history,
        blocked=False,
        head_seq__lte=F("tail_seq"),
        due_at__isnull=False,
    )
    return heads.order_by("due_at").values_list("due_at", flat=True).first()


def give_back(*, owner: str, sending: Collection[int], now: datetime) -> None:
    """Free the lanes that `owner` took before `now` and is not `sending` for: giving them back had failed."""
    left = Lane.objects.filter(owner=owner, last_served_at__lt=now).exclude(store_id__in=sending)
    left.update(lease_until=None, owner="")
