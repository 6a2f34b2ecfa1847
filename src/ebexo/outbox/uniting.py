"""Uniting messages of one contact that follow each other, were never tried, and say no more than the last of them."""

from collections.abc import Callable
from datetime import datetime

from ebexo.outbox.models import IS_LIVE, Key, Message
from ebexo.outbox.states import State

Unite = Callable[[Message, Message], str | None]
"""Makes one payload of an older message and the next newer one; None where they have to stay two."""

FOLLOWERS = 100
"""So many messages behind one head are looked at, so that a contact with very many does not hold up the others."""
UNITED = "united"


def united(heads: list[Message], unite: Unite, *, now: datetime) -> list[Message]:
    """The heads, or in their place the last of those that became one with it. Call it inside a transaction."""
    followers = _followers(heads)
    return [_one(head, followers.get(head.key_id or 0, []), unite, now=now) for head in heads]


def _followers(heads: list[Message]) -> dict[int, list[Message]]:
    """By key, what follows each head that may be united with it, in order, locked."""
    found: dict[int, list[Message]] = {}
    for head in heads:
        key, seq = head.key, head.key_seq or 0
        if key is not None and key.tail_seq > seq and _is_fresh(head):
            behind = Message.objects.filter(IS_LIVE, key_id=key.pk, state=State.WAITING, key_seq__gt=seq)
            locked = behind.select_related("key").order_by("key_seq").select_for_update(of=("self",))
            found[key.pk] = list(locked[:FOLLOWERS])
    return found


def _is_fresh(message: Message) -> bool:
    return message.attempts == 0 and not message.in_doubt


def _one(head: Message, followers: list[Message], unite: Unite, *, now: datetime) -> Message:
    last, earlier = head, []
    for follower in followers:
        is_next = follower.key_seq == (last.key_seq or 0) + 1
        may_be_one = is_next and _is_fresh(follower) and follower.kind == last.kind
        payload = unite(last, follower) if may_be_one else None
        if payload is None:
            break
        follower.payload, follower.carried = payload, [*last.carried, last.type]
        earlier.append(last)
        last = follower
    if earlier:
        _supersede(earlier, last, now=now)
    return last


def _supersede(earlier: list[Message], last: Message, *, now: datetime) -> None:
    Message.objects.filter(pk__in=[message.pk for message in earlier]).update(
        state=State.SUPERSEDED, reason=UNITED, superseded_by=last.pk, done_at=now, payload=None
    )
    Message.objects.filter(pk=last.pk).update(payload=last.payload, carried=last.carried)
    Key.objects.filter(pk=last.key_id or 0).update(head_seq=last.key_seq, head_message=last.pk)
