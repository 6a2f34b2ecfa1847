"""What ended as failed: sending it once more, or giving it up."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from ebexo.audit.actions import Action
from ebexo.audit.recording import record
from ebexo.outbox.models import Message
from ebexo.outbox.requeue import requeue
from ebexo.outbox.states import State

AT_ONCE = 500


def failed(store_id: int) -> QuerySet[Message]:
    """Messages of this store that certainly did not arrive and are not tried any more."""
    ended = Message.objects.filter(store_id=store_id, done_at__isnull=False)  # an index knows those
    return ended.filter(state=State.FAILED, in_doubt=False)


def send_failed_again(store_id: int, numbers: list[int]) -> int:
    """Let these failed messages wait again, each behind what waits of its contact. How many it were."""
    with transaction.atomic():
        found = _requeued(store_id, numbers)
        if len(found) == 1:
            record(Action.MESSAGE_RETRIED, store_id=store_id, subject=found[0].event_id)
        elif found:
            record(Action.MESSAGES_RETRIED, store_id=store_id, after={"messages": len(found)})
    return len(found)


def send_all_again(store_id: int) -> int:
    """The same for everything that failed so far, some at a time so that nobody has to wait. How many it were.

    The audit log says so beforehand: whoever is interrupted has asked for it all the same.
    """
    numbers = list(failed(store_id).exclude(payload=None).order_by("pk").values_list("pk", flat=True))
    if numbers:
        record(Action.MESSAGES_RETRIED, store_id=store_id, after={"messages": len(numbers)})
    count = 0
    for start in range(0, len(numbers), AT_ONCE):
        with transaction.atomic():
            count += len(_requeued(store_id, numbers[start : start + AT_ONCE]))
    return count


def give_up(store_id: int, number: int, *, now: datetime) -> bool:
    """Nobody wants this failed message sent any more; what it holds is dropped. False: it is none of those."""
    given_up = failed(store_id).filter(pk=number)
    event_id = given_up.values_list("event_id", flat=True).first()
    with transaction.atomic():
        if not given_up.update(state=State.DISCARDED, payload=None, done_at=now):
            return False
        record(Action.MESSAGE_GIVEN_UP, store_id=store_id, subject=event_id or "")
    return True


def _requeued(store_id: int, numbers: list[int]) -> list[Message]:
    chosen = failed(store_id).filter(pk__in=numbers).exclude(payload=None)
    found = list(chosen.select_related("key").order_by("pk").select_for_update(of=("self",)))
    for message in found:
        requeue(message)
    return found
