"""Which of the messages that are due go next. Only heads are looked at: nothing behind a head can overtake it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from ebexo.as_stored import moment
from ebexo.outbox.models import Lane
from ebexo.outbox.retry import ALONE_IN_CALL_AFTER, LONGEST, SUSPECT_AFTER
from ebexo.outbox.states import State


@dataclass(frozen=True)
class Batch:
    """Where at least `at_least` messages of these types are due, up to `limit` of them are taken together."""

    types: Collection[str]
    at_least: int
    limit: int


@dataclass(frozen=True)
class Wanted:
    """What a claim asks for, see `claim`."""

    limit: int
    batch: Batch | None
    history: Batch | None
    has_company: bool


@dataclass(frozen=True)
class Head:
    """What is looked at of a message that is due, to choose."""

    pk: int
    type: str
    largest_batch: int | None
    crash_reclaims: int

    @property
    def is_suspect(self) -> bool:
        return self.crash_reclaims >= SUSPECT_AFTER

    def may_share(self, batch: Batch) -> bool:
        """May it share a call with others of these types?"""
        shares = self.largest_batch != 1 and self.crash_reclaims < ALONE_IN_CALL_AFTER
        return shares and self.type in batch.types


@dataclass(frozen=True)
class Choice:
    """Messages by their numbers; `last` are for one call, beside those for the other `messages`."""

    messages: Sequence[int]
    last: Sequence[int] = ()
    is_batch: bool = False
    is_lone: bool = False


def choose(lane: Lane, wanted: Wanted, *, now: datetime) -> Choice:
    """What is live goes first. History gets a place that it leaves free."""
    if lane.failures or lane.paused_reason:
        return Choice(_oldest(lane.pk, wanted, now=now), is_lone=True)
    choice = _choose_live(lane.pk, limit=wanted.limit, batch=wanted.batch, now=now)
    if wanted.history is None or choice.is_lone or choice.is_batch or len(choice.messages) >= wanted.limit:
        return choice
    is_company = wanted.has_company or bool(choice.messages)
    return _with_history(choice, lane.pk, wanted.history, is_company=is_company, now=now)


def _oldest(store_id: int, wanted: Wanted, *, now: datetime) -> list[int]:
    found = due_heads(store_id, limit=1, now=now)
    if not found and wanted.history:
        found = due_heads(store_id, limit=1, now=now, is_history=True)
    return _numbers(found)


def _with_history(choice: Choice, store_id: int, call: Batch, *, is_company: bool, now: datetime) -> Choice:
    """A suspect among it waits until there is nothing else in hand or due: nothing live is to wait because of it."""
    found = due_heads(store_id, limit=call.limit, now=now, is_history=True)
    others = [head for head in found if not head.is_suspect]
    if not others:
        return choice if is_company or not found else Choice(_numbers(found[:1]), is_lone=True)
    together = [head for head in others if head.may_share(call)]
    is_alone = not together or others[0] is not together[0]
    return replace(choice, last=_numbers(others[:1] if is_alone else together))


def _choose_live(store_id: int, *, limit: int, batch: Batch | None, now: datetime) -> Choice:
    found = _candidates(store_id, limit=limit, batch=batch, now=now)
    for head in found:
        if head.is_suspect:  # it must not take others with it should the worker break
            return Choice([head.pk], is_lone=True)
    together = _of_batch(found, batch)
    if not together or (limit == 1 and found[0] is not together[0]):
        return Choice(_numbers(found[:limit]))
    numbers = _numbers(together)
    others = [head.pk for head in found if head.pk not in set(numbers)]
    return Choice([*numbers, *others[: limit - 1]], is_batch=True)


def _candidates(store_id: int, *, limit: int, batch: Batch | None, now: datetime) -> list[Head]:
    """The oldest heads that are due; as many as go together only where enough of those can share a call."""
    few = max(limit, min(batch.at_least, batch.limit)) if batch else limit
    found = due_heads(store_id, limit=few, now=now)
    most = max(limit, batch.limit) if batch else limit
    if batch is None or len(found) < few or few == most:
        return found
    many = due_heads(store_id, limit=most, now=now)
    return many if sum(head.may_share(batch) for head in many) >= batch.at_least else found


def _of_batch(found: list[Head], batch: Batch | None) -> list[Head]:
    """Those that share calls: where there are many, and what is left of a call that was turned down as a whole."""
    if batch is None:
        return []
    alike = [head for head in found if head.may_share(batch)]
    return (
        alike[: batch.limit] if len(alike) >= batch.at_least else [one for one in alike if one.largest_batch]
    )


def _numbers(heads: Sequence[Head]) -> list[int]:
    return [head.pk for head in heads]


def due_heads(store_id: int, *, limit: int, now: datetime, is_history: bool = False) -> list[Head]:
    """Messages that may be sent now, one a contact, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(_HISTORY_HEADS if is_history else _LIVE_HEADS, _due_values(store_id, limit, now=now))
        return [Head(*row) for row in cursor.fetchall()]


_DUE_HEADS = f"""
    SELECT message.id, message.type, message.largest_batch, message.crash_reclaims
    FROM (
        SELECT head_message, due_at FROM ebexo_outbox_key
        WHERE store_id = %s AND is_history = {{}} AND (due_at <= %s OR due_at > %s)
        AND NOT blocked AND head_seq <= tail_seq
        ORDER BY due_at, head_message LIMIT %s
    ) AS head
    JOIN ebexo_outbox_message AS message ON message.id = head.head_message
    WHERE message.state = '{State.WAITING}' ORDER BY head.due_at, head.head_message
"""  # noqa: S608  (our own word)
_LIVE_HEADS, _HISTORY_HEADS = _DUE_HEADS.format("FALSE"), _DUE_HEADS.format("TRUE")


def _due_values(store_id: int, limit: int, *, now: datetime) -> list[Any]:
    """None is ever put off for longer than `LONGEST`: then the clock was set back."""
    return [store_id, moment(now), moment(now + timedelta(seconds=LONGEST)), limit]
