"""Stopping the sending of one store, and going on with it. What happens in the shop meanwhile waits."""

from datetime import datetime

from ebexo.outbox.models import Lane


def stop(store_id: int, *, now: datetime) -> None:
    """Begin no further call for this store. Those that are on their way end as they end."""
    lane, _is_new = Lane.objects.get_or_create(store_id=store_id)
    if lane.stopped_at is None:
        Lane.objects.filter(pk=lane.pk).update(stopped_at=now)


def go_on(store_id: int) -> None:
    """Send again, in the order in which things happened."""
    Lane.objects.filter(store_id=store_id).update(stopped_at=None)
