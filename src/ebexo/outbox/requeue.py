"""Putting a message back into the line, behind everything else of its contact."""

from ebexo.outbox.heads import move_heads_on
from ebexo.outbox.models import Message
from ebexo.outbox.put import next_place
from ebexo.outbox.states import State


def requeue(message: Message) -> None:
    """Let a message that had ended wait again, as one never tried. Call it inside the transaction that locked it."""
    message.state, message.reason, message.done_at = State.WAITING, None, None
    message.attempts, message.crash_reclaims, message.in_doubt = 0, 0, False
    message.save(update_fields=["state", "reason", "done_at", "attempts", "crash_reclaims", "in_doubt"])
    move_to_end(message)


def move_to_end(message: Message) -> None:
    """Move a waiting message behind everything else of its contact. Call it inside the transaction that locked it."""
    if message.key is None:
        raise ValueError("the message was never queued")
    place = next_place(message.store_id, message.key.key, kind=message.kind)
    message.key_seq = place.seq
    message.save(update_fields=["key_seq"])
    place.take(message)
    move_heads_on([place.key_id])
