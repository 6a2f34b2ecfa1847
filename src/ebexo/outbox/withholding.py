"""Taking out of the line what waits: withheld, with what it holds dropped, or superseded."""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime

from django.db.models import Q, QuerySet

from ebexo.outbox.heads import move_heads_on
from ebexo.outbox.models import IS_LIVE, Attempt, Message
from ebexo.outbox.states import State

Person = tuple[str, str | None]
"""Keyed hash and mask of a person whose message is withheld."""


def waiting_of(store_id: int, *, key: str | None = None) -> list[Message]:
    """What waits for this store, or for one key of it, locked. Call it inside a transaction.

    What is being sent at this moment is not among it, and ends as it ends.
    """
    messages = Message.objects.filter(IS_LIVE, store_id=store_id, state=State.WAITING)
    if key is not None:
        messages = messages.filter(key__key=key)
    return list(messages.order_by("pk").select_for_update(of=("self",)))


def withhold(
    messages: Iterable[Message],
    *,
    reason: str,
    person_of: Callable[[str | None], Person] | None,
    now: datetime,
) -> None:
    """Withhold these waiting messages and drop their payloads. Call it inside the transaction that locked them.

    `person_of` makes hash and mask of a payload; without it nothing is kept of the person.
    """
    messages = list(messages)
    for message in messages:
        if person_of:
            message.person_hash, message.person_masked = person_of(message.payload)
        message.state, message.reason, message.done_at, message.payload = State.WITHHELD, reason, now, None
    fields = ["state", "reason", "done_at", "payload", "person_hash", "person_masked"]
    Message.objects.bulk_update(messages, fields, batch_size=500)
    move_heads_on({message.key_id for message in messages if message.key_id})


def held_of(store_id: int, *, key: str) -> list[Message]:
    """What of this key was held for a person to decide about, locked. Call it inside a transaction."""
    held = Message.objects.filter(store_id=store_id, key__key=key, state=State.HELD)
    return list(held.order_by("pk").select_for_update(of=("self",)))


def waiting_about(store_id: int, topic: str) -> list[Message]:
    """What waits of this topic, whosever it is, locked. Call it inside a transaction."""
    messages = Message.objects.filter(IS_LIVE, store_id=store_id, topic=topic, state=State.WAITING)
    return list(messages.order_by("pk").select_for_update(of=("self",)))


def supersede(messages: Iterable[Message], *, reason: str, by: Message | None = None, now: datetime) -> None:
    """These waiting messages have nothing of their own left to tell; what they hold is dropped.

    Call it inside the transaction that locked them.
    """
    messages = list(messages)
    for message in messages:
        message.state, message.reason, message.done_at = State.SUPERSEDED, reason, now
        message.superseded_by, message.payload = by.pk if by else None, None
    fields = ["state", "reason", "done_at", "superseded_by", "payload"]
    Message.objects.bulk_update(messages, fields, batch_size=500)
    move_heads_on({message.key_id for message in messages if message.key_id})


def unsettled_of(store_id: int, *, key: str) -> list[Message]:
    """What of this key is being sent at this moment, or was sent and it is not known whether it arrived."""
    return list(_unsettled(store_id, key).order_by("pk"))


def may_have_arrived(store_id: int, *, key: str, besides: str, but: int | None = None) -> bool:
    """Is there anything unsettled of this key, other than messages of the type `besides` and message number `but`?"""
    return _unsettled(store_id, key).exclude(type=besides).exclude(pk=but or 0).exists()


def settle_doubts(key_id: int, *, before_seq: int, but: Collection[str]) -> None:
    """What was in doubt before this place in the key is of no account any more, other than messages of these types."""
    in_doubt = Message.objects.filter(key_id=key_id, key_seq__lt=before_seq, in_doubt=True)
    in_doubt.exclude(type__in=but).update(in_doubt=False)


def _unsettled(store_id: int, key: str) -> QuerySet[Message]:
    of_key = Message.objects.filter(key__store_id=store_id, key__key=key)
    return of_key.filter(Q(state=State.IN_FLIGHT) | Q(in_doubt=True))


def forget(store_id: int, *, key: str, person_hashes: Iterable[str]) -> None:
    """Drop what past messages of this key hold of the person, and the masks kept under these hashes."""
    of_key = Message.objects.filter(store_id=store_id, key__key=key)
    of_key.exclude(state__in=(State.WAITING, State.IN_FLIGHT)).update(payload=None)
    Attempt.objects.filter(messages__in=of_key).update(excerpt=None)
    Message.objects.filter(store_id=store_id, person_hash__in=list(person_hashes)).update(person_masked=None)
