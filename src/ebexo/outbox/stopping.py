"""Stopping the sending of one store, and going on with it. What happens in the shop meanwhile waits."""

from datetime import datetime

from django.db import transaction

from ebexo.audit.actions import Action
from ebexo.audit.recording import record
from ebexo.outbox.bell import announce
from ebexo.outbox.models import Lane


def stop(store_id: int, *, now: datetime) -> None:
    """Begin no further call for this store. Those that are on their way end as they end."""
    with transaction.atomic():
        lane, _is_new = Lane.objects.get_or_create(store_id=store_id)
        if Lane.objects.filter(pk=lane.pk, stopped_at=None).update(stopped_at=now):
            record(Action.SENDING_PAUSED, store_id=store_id)


def go_on(store_id: int) -> None:
    """Send again, in the order in which things happened."""
    with transaction.atomic():
        if Lane.objects.filter(store_id=store_id).exclude(stopped_at=None).update(stopped_at=None):
            record(Action.SENDING_RESUMED, store_id=store_id)
            announce(store_id)
