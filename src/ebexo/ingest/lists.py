"""Accepting many store events together: few transactions, and none of the events loses the others."""

import os
import threading
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, TypeVar

from django.db import OperationalError, connection, transaction
from django.utils import timezone

from ebexo.events import InvalidEvent
from ebexo.failpoints import failpoint
from ebexo.ingest.receive import OtherBody
from ebexo.ingest.together import Outcome, receive_together
from ebexo.ingest.told import Told, read
from ebexo.outbox.put import hashes_of
from ebexo.stores.models import Store

TOGETHER = 50
"""Events in one transaction: long enough to share its cost, short enough that others get their turn to write."""
TRIES = 5
DEADLOCK = "40P01"
Result = TypeVar("Result")
Place = int
"""Of an event in the list, from 0."""


@dataclass(frozen=True)
class ListReceipt:
    """What became of a list. `refused` names the others by their index, from 0."""

    accepted: int
    duplicates: int
    refused: dict[Place, InvalidEvent | OtherBody]


def receive_list(store: Store, events: Sequence[Any]) -> ListReceipt:
    """Accept these store events in their order. What is accepted is on disk when this returns.

    Raises DatabaseError when not all could be stored; some may be, and are duplicates when they are told again.
    """
    takes_turns = connection.vendor == "sqlite" and not connection.in_atomic_block
    with _turn() if takes_turns else nullcontext():
        return _receive_list(store, events)


@cache
def _turn() -> threading.Lock:
    """On SQLite one list after the other: they are work for the processor, and several at once take longer for all of
    them. PostgreSQL works on one list while another is read. Whoever is in a transaction must not wait for those who
    want to write.
    """
    return threading.Lock()


os.register_at_fork(after_in_child=_turn.cache_clear)


def _receive_list(store: Store, events: Sequence[Any]) -> ListReceipt:
    tellings, refused = _read(events)
    repeated = _told_before(store, tellings)  # seen without taking the database's one place to write
    duplicates = len(repeated)
    new = [place for place in tellings if place not in repeated]
    for start in range(0, len(new), TOGETHER):
        part = {place: tellings[place] for place in new[start : start + TOGETHER]}
        outcomes = despite_deadlocks(partial(_accepted, store, part))
        failpoint("accepted")
        refused |= {place: outcome for place, outcome in outcomes.items() if isinstance(outcome, OtherBody)}
        duplicates += sum(outcome is True for outcome in outcomes.values())
    return ListReceipt(len(events) - len(refused) - duplicates, duplicates, refused)


def despite_deadlocks(work: Callable[[], Result]) -> Result:
    """What `work` gives, begun anew where PostgreSQL ended it because two waited for each other."""
    for _ in range(TRIES - 1):
        try:
            return work()
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", None) != DEADLOCK:
                raise
    return work()


def _read(events: Sequence[Any]) -> tuple[dict[Place, Told], dict[Place, InvalidEvent | OtherBody]]:
    """The events that can be read, and why the others can't."""
    tellings: dict[Place, Told] = {}
    refused: dict[Place, InvalidEvent | OtherBody] = {}
    now = timezone.now()
    for place, event in enumerate(events):
        try:
            tellings[place] = read(event, now=now)
        except InvalidEvent as error:
            refused[place] = error
    return tellings, refused


def _told_before(store: Store, tellings: dict[Place, Told]) -> set[Place]:
    """Those that are known as they stand."""
    if not tellings:
        return set()
    hashes = hashes_of(store.pk, [told.event.id for told in tellings.values()])
    return {place for place, told in tellings.items() if hashes.get(told.event.id) == told.sha}


def _accepted(store: Store, part: dict[Place, Told]) -> dict[Place, Outcome]:
    with transaction.atomic():
        if connection.features.has_select_for_update:
            # One list of a store after the other: two with the same people in another order would wait in a circle.
            Store.objects.select_for_update(no_key=True).get(pk=store.pk)
        outcomes = dict(zip(part, receive_together(store, list(part.values())), strict=True))
        failpoint("accepting")
        return outcomes
