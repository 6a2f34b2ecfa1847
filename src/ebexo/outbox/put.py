"""Putting a message into the outbox, in the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import F

from ebexo.outbox.bell import announce
from ebexo.outbox.models import Key, Lane, Message
from ebexo.outbox.states import MessageKind, State
from ebexo.statements import Rows, insert, new

_HASHES = "SELECT event_id, payload_sha FROM ebexo_outbox_message WHERE store_id = %s AND event_id IN"
_TOLD_BEFORE = Rows(Message, "store_id = {} AND event_id = {}")


@dataclass(frozen=True)
class NewMessage:
    """A store event on its way into the outbox. `sha` tells a repeat from another body under the same id; `topic` is
    what it is about besides its contact; history is what was there before, and goes where nothing live is due.
    """

    event_id: str
    type: str
    sha: str
    occurred_at: datetime
    accepted_at: datetime
    notes: Sequence[str] = ()
    topic: str = ""
    kind: MessageKind = MessageKind.LIVE


def already_known(store_id: int, event_id: str) -> Message | None:
    """The message this store told under `event_id` before, if any."""
    return _TOLD_BEFORE.first(store_id, event_id)


def hashes_of(store_id: int, event_ids: list[str]) -> dict[str, str]:
    """Which of these this store told before, each with its `sha`."""
    marks = ", ".join(["%s"] * len(event_ids))
    with connection.cursor() as cursor:
        cursor.execute(f"{_HASHES} ({marks})", [store_id, *event_ids])
        return dict(cursor.fetchall())


def put(
    store_id: int, message: NewMessage, *, key: str, payload: str, not_before: datetime | None = None
) -> Message:
    """Queue `message` as the last one of `key`. Sequence equals commit order: the key's row stays locked till then."""
    place = next_place(store_id, key, kind=message.kind)
    row = waiting_row(store_id, message, payload=payload, not_before=not_before)
    row.key_id, row.key_seq = place.key_id, place.seq
    insert(row)
    place.take(row)
    return row


def put_withheld(
    store_id: int, message: NewMessage, *, reason: str, person: tuple[str, str | None] | None = None
) -> Message:
    """Record that `message` is not sent and why. Of the person at most `person` is kept: a keyed hash and a mask."""
    row = withheld_row(store_id, message, reason=reason, person=person)
    insert(row)
    return row


def put_superseded(store_id: int, message: NewMessage, *, reason: str) -> Message:
    """Record that `message` has nothing of its own to tell, and why. Nothing of its content is kept."""
    row = _row(store_id, message, state=State.SUPERSEDED, reason=reason, done_at=message.accepted_at)
    insert(row)
    return row


def is_waiting(store_id: int, *, key: str) -> bool:
    """Is anything of this key still to be sent?"""
    return Key.objects.filter(store_id=store_id, key=key, head_seq__lte=F("tail_seq")).exists()


def waiting_row(
    store_id: int, message: NewMessage, *, payload: str, not_before: datetime | None = None
) -> Message:
    """What `put` stores, without its place in a key."""
    return _row(store_id, message, state=State.WAITING, payload=payload, not_before=not_before)


def withheld_row(
    store_id: int, message: NewMessage, *, reason: str, person: tuple[str, str | None] | None
) -> Message:
    """What `put_withheld` stores."""
    person_hash, person_masked = person or (None, None)
    return _row(
        store_id,
        message,
        state=State.WITHHELD,
        reason=reason,
        person_hash=person_hash,
        person_masked=person_masked,
        done_at=message.accepted_at,
    )


def _row(store_id: int, message: NewMessage, **fields: object) -> Message:
    return new(
        Message,
        store_id=store_id,
        event_id=message.event_id,
        type=message.type,
        topic=message.topic,
        kind=message.kind,
        payload_sha=message.sha,
        occurred_at=message.occurred_at,
        accepted_at=message.accepted_at,
        notes=list(message.notes),
        **fields,
    )


IS_HISTORY = """
    is_history = CASE WHEN ebexo_outbox_key.head_seq <= ebexo_outbox_key.tail_seq
        THEN ebexo_outbox_key.is_history AND excluded.is_history ELSE excluded.is_history END
"""
"""What a key is once more was put into it: history as long as nothing live is among what waits."""
_NEXT_SEQ = f"""
    INSERT INTO ebexo_outbox_key (store_id, key, tail_seq, head_seq, is_history, blocked)
    VALUES (%s, %s, 1, 1, %s, %s)
    ON CONFLICT (store_id, key) DO UPDATE SET tail_seq = ebexo_outbox_key.tail_seq + 1, {IS_HISTORY}
    RETURNING id, tail_seq, head_seq
"""  # noqa: S608  (our own words)


@dataclass(frozen=True)
class Place:
    """The last place in a key, taken by moving its tail on. `is_first`: nothing is before it."""

    store_id: int
    key_id: int
    seq: int
    is_first: bool

    def take(self, message: Message) -> None:
        """Make `message` the head where it is the first, and see that the store has a lane."""
        if self.seq == 1:
            Lane.objects.get_or_create(store_id=self.store_id)
        if self.is_first:
            due_at = message.not_before or message.accepted_at
            Key.objects.filter(pk=self.key_id).update(head_message=message.pk, due_at=due_at)
            announce(self.store_id)


def next_place(store_id: int, key: str, *, kind: str) -> Place:
    """A new place at the end of `key` for a message of this kind; one statement on either database."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT_SEQ, [store_id, key, kind == MessageKind.HISTORY, False])
        row_id, tail_seq, head_seq = cursor.fetchone()
    return Place(store_id, row_id, tail_seq, is_first=head_seq == tail_seq)
