"""Putting a message into the outbox, in the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import F

from ebexo.outbox.models import Key, Lane, Message
from ebexo.outbox.states import State


@dataclass(frozen=True)
class NewMessage:
    """A store event on its way into the outbox. `sha` tells a repeat from another body under the same id."""

    event_id: str
    type: str
    sha: str
    occurred_at: datetime
    accepted_at: datetime
    notes: Sequence[str] = ()


def already_known(store_id: int, event_id: str) -> Message | None:
    """The message this store told under `event_id` before, if any."""
    return Message.objects.filter(store_id=store_id, event_id=event_id).first()


def put(store_id: int, message: NewMessage, *, key: str, payload: str) -> Message:
    """Queue `message` as the last one of `key`. Sequence equals commit order: the key's row stays locked till then."""
    row_id, tail_seq, head_seq = _next_seq(store_id, key)
    row = _create(store_id, message, state=State.WAITING, key_id=row_id, key_seq=tail_seq, payload=payload)
    if tail_seq == 1:
        Lane.objects.get_or_create(store_id=store_id)
    if head_seq == tail_seq:
        Key.objects.filter(pk=row_id).update(head_message=row.pk, due_at=message.accepted_at)
    return row


def put_withheld(
    store_id: int, message: NewMessage, *, reason: str, person: tuple[str, str | None] | None = None
) -> Message:
    """Record that `message` is not sent and why. Of the person at most `person` is kept: a keyed hash and a mask."""
    person_hash, person_masked = person or (None, None)
    return _create(
        store_id,
        message,
        state=State.WITHHELD,
        reason=reason,
        person_hash=person_hash,
        person_masked=person_masked,
        done_at=message.accepted_at,
    )


def is_waiting(store_id: int, *, key: str) -> bool:
    """Is anything of this key still to be sent?"""
    return Key.objects.filter(store_id=store_id, key=key, head_seq__lte=F("tail_seq")).exists()


def _create(store_id: int, message: NewMessage, **fields: object) -> Message:
    return Message.objects.create(
        store_id=store_id,
        event_id=message.event_id,
        type=message.type,
        payload_sha=message.sha,
        occurred_at=message.occurred_at,
        accepted_at=message.accepted_at,
        notes=list(message.notes),
        **fields,
    )


_NEXT_SEQ = """
    INSERT INTO ebexo_outbox_key (store_id, key, tail_seq, head_seq, blocked) VALUES (%s, %s, 1, 1, %s)
    ON CONFLICT (store_id, key) DO UPDATE SET tail_seq = ebexo_outbox_key.tail_seq + 1
    RETURNING id, tail_seq, head_seq
"""


def _next_seq(store_id: int, key: str) -> tuple[int, int, int]:
    """Row id, tail and head of the key, its tail moved on by one; one statement on either database."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT_SEQ, [store_id, key, False])
        row_id, tail_seq, head_seq = cursor.fetchone()
    return row_id, tail_seq, head_seq
