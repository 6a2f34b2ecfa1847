"""A merchant decides what nobody can know: did a message whose answer got lost arrive, or is it to be sent again?"""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from ebexo.audit.actions import Action
from ebexo.audit.recording import record
from ebexo.orders import ledger as orders
from ebexo.orders.steps import OrderReason
from ebexo.outbox import withholding
from ebexo.outbox.models import Message
from ebexo.outbox.requeue import move_to_end, requeue
from ebexo.outbox.states import State


class NothingToDecide(Exception):
    """It is known what became of this message, or somebody decided already. Nothing was changed."""


TO_BE_DECIDED = Q(state=State.HELD, reason="cannot_be_known") | Q(state=State.FAILED, in_doubt=True)
"""Messages of which a person has to say whether they arrived."""


def it_arrived(number: int, *, now: datetime) -> None:
    """The message is delivered; what was held behind it goes on. Raises NothingToDecide."""
    behind = _held_behind(number)
    with transaction.atomic():
        message = _undecided(number)
        message.state, message.reason, message.in_doubt = State.DELIVERED, None, False
        message.done_at = now
        message.save(update_fields=["state", "reason", "in_doubt", "done_at"])
        orders.settle(message.pk, arrived=True, now=now)
        record(Action.MESSAGE_ARRIVED, store_id=message.store_id, subject=message.event_id)
        _go_on(behind)


def send_again(number: int, *, now: datetime) -> None:
    """The message is sent once more, behind what waits of its contact; what belongs to the same order follows it.

    Raises NothingToDecide.
    """
    behind = _held_behind(number)
    with transaction.atomic():
        message = _undecided(number)
        if message.payload is None:
            raise NothingToDecide
        requeue(message)
        orders.settle(message.pk, arrived=False, now=now)
        record(Action.MESSAGE_RETRIED, store_id=message.store_id, subject=message.event_id)
        waiting = withholding.waiting_about(message.store_id, message.topic) if message.topic else []
        _go_on(behind)
        theirs = [other for other in waiting if other.key_id == message.key_id and other.pk != message.pk]
        for other in sorted(theirs, key=lambda other: other.key_seq or 0):
            move_to_end(other)


def _undecided(number: int) -> Message:
    message = Message.objects.select_for_update(of=("self",)).filter(TO_BE_DECIDED, pk=number).first()
    if message is None:
        raise NothingToDecide
    return message


def _held_behind(number: int) -> list[int]:
    """Later messages of the same order that were held because of it.

    No index leads to them alone, so nothing is locked.
    """
    message = Message.objects.filter(pk=number).exclude(topic="").first()
    if message is None:
        return []
    held = Message.objects.filter(
        store_id=message.store_id, topic=message.topic, state=State.HELD, done_at__isnull=False
    )
    return list(held.filter(reason=OrderReason.HELD).order_by("pk").values_list("pk", flat=True))


def _go_on(numbers: list[int]) -> None:
    held = Message.objects.select_for_update(of=("self",)).filter(pk__in=numbers, reason=OrderReason.HELD)
    for message in held.order_by("pk"):
        requeue(message)
