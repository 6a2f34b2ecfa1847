"""Putting many messages of one store into the outbox at the cost of a few statements, in the caller's transaction."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection

from ebexo.outbox.bell import announce
from ebexo.outbox.models import Lane, Message
from ebexo.outbox.put import IS_HISTORY, NewMessage, waiting_row, withheld_row
from ebexo.outbox.states import MessageKind
from ebexo.statements import insert_all


@dataclass(frozen=True)
class Queued:
    """To be the last one of `key`."""

    message: NewMessage
    key: str
    payload: str


@dataclass(frozen=True)
class Withheld:
    """Not to be sent, and why; see `put_withheld`."""

    message: NewMessage
    reason: str
    person: tuple[str, str | None] | None


def put_all(store_id: int, entries: Sequence[Queued | Withheld]) -> None:
    """Store these in their order, as `put` and `put_withheld` would one after the other."""
    places = _next_places(store_id, [entry for entry in entries if isinstance(entry, Queued)])
    insert_all(Message, [_row(store_id, entry, places) for entry in entries])
    if first := [place.key_id for place in places.values() if place.is_first]:
        _become_heads(first)
        announce(store_id)


@dataclass
class _Places:
    """The next free place in a key, and whether nothing is before the first of them."""

    key_id: int
    seq: int
    is_first: bool


def _row(store_id: int, entry: Queued | Withheld, places: dict[str, _Places]) -> Message:
    if isinstance(entry, Withheld):
        return withheld_row(store_id, entry.message, reason=entry.reason, person=entry.person)
    place = places[entry.key]
    row = waiting_row(store_id, entry.message, payload=entry.payload)
    row.key_id, row.key_seq = place.key_id, place.seq
    place.seq += 1
    return row


_NEXT_PLACES = f"""
    INSERT INTO ebexo_outbox_key (store_id, key, tail_seq, head_seq, is_history, blocked) VALUES {{}}
    ON CONFLICT (store_id, key) DO UPDATE SET
        tail_seq = ebexo_outbox_key.tail_seq + excluded.tail_seq, {IS_HISTORY}
    RETURNING id, key, tail_seq, head_seq
"""  # noqa: S608  (our own words)


def _next_places(store_id: int, queued: Sequence[Queued]) -> dict[str, _Places]:
    """New places at the end of each key, as many as it is to get messages."""
    if not queued:
        return {}
    wanted = Counter(entry.key for entry in queued)
    with_live = {entry.key for entry in queued if entry.message.kind != MessageKind.HISTORY}
    rows = [(store_id, key, places, 1, key not in with_live, False) for key, places in wanted.items()]
    with connection.cursor() as cursor:
        marks = ", ".join(["(%s, %s, %s, %s, %s, %s)"] * len(rows))
        cursor.execute(_NEXT_PLACES.format(marks), [value for row in rows for value in row])
        found = cursor.fetchall()
    places = {}
    for key_id, key, tail_seq, head_seq in found:
        seq = tail_seq - wanted[key] + 1
        places[key] = _Places(key_id, seq, is_first=head_seq == seq)
    if any(place.seq == 1 for place in places.values()):
        Lane.objects.get_or_create(store_id=store_id)
    return places


_BECOME_HEADS = """
    UPDATE ebexo_outbox_key SET head_message = message.id, due_at = message.accepted_at
    FROM ebexo_outbox_message AS message
    WHERE message.key_id = ebexo_outbox_key.id AND message.key_seq = ebexo_outbox_key.head_seq
    AND ebexo_outbox_key.id IN ({})
"""


def _become_heads(key_ids: Iterable[int]) -> None:
    """The first message of each of these keys becomes its head."""
    if key_ids := list(key_ids):
        with connection.cursor() as cursor:
            cursor.execute(_BECOME_HEADS.format(", ".join(["%s"] * len(key_ids))), key_ids)
