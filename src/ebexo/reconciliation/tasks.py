"""What a connected shop is asked to do, and what it did. The panel asks; the shop looks by itself, in its own process,
since only there its orders can be read.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction

from ebexo.audit.actions import Action
from ebexo.audit.recording import record
from ebexo.reconciliation.missing import count_what_is_missing
from ebexo.reconciliation.models import ConnectedShop, Task

NOTED_EVERY = timedelta(minutes=1)


def connected_shop(store_id: int) -> ConnectedShop | None:
    """The Django shop that looks after its orders, if the store has one."""
    return ConnectedShop.objects.filter(pk=store_id).first()


def note_shop(store_id: int, *, now: datetime) -> None:
    """The shop is looking. Written once a minute at most."""
    if not ConnectedShop.objects.filter(pk=store_id, seen_at__gt=now - NOTED_EVERY).exists():
        ConnectedShop.objects.update_or_create(store_id=store_id, defaults={"seen_at": now})


def ask_for_days(store_id: int, *, first: date, last: date, now: datetime) -> None:
    """Let the shop tell these days anew. Asked twice before it looks, it is asked once."""
    with transaction.atomic():
        asked = {"store_id": store_id, "kind": Task.Kind.DAYS, "first": first, "last": last}
        if Task.objects.filter(**asked, done_at=None).exists():
            return
        Task.objects.create(**asked, asked_at=now)
        record(Action.ORDERS_ASKED_FOR, store_id=store_id, after={"first": first, "last": last})


def ask_to_send(store_id: int, numbers: Sequence[str], *, now: datetime) -> int:
    """Let the shop send the events of these orders; how many it is asked for that it was not asked for already."""
    with transaction.atomic():
        new = sorted(set(numbers) - _asked_to_send(store_id))
        if new:
            Task.objects.create(store_id=store_id, kind=Task.Kind.SEND, numbers=new, asked_at=now)
            record(Action.MISSING_ORDERS_SENT, store_id=store_id, after={"orders": len(new)})
    return len(new)


def open_tasks(store_id: int) -> list[Task]:
    """What the shop still has to do, oldest first."""
    return list(Task.objects.filter(store_id=store_id, done_at=None).order_by("pk"))


def finish(task: Task, *, outcome: dict[str, object], now: datetime) -> None:
    """The shop has done it."""
    Task.objects.filter(pk=task.pk).update(done_at=now, outcome=outcome)
    if task.kind == Task.Kind.SEND:
        count_what_is_missing(task.store_id, now=now)


def last_done(store_id: int, kind: str) -> Task | None:
    return Task.objects.filter(store_id=store_id, kind=kind).exclude(done_at=None).order_by("-pk").first()


def _asked_to_send(store_id: int) -> set[str]:
    return {number for task in open_tasks(store_id) if task.kind == Task.Kind.SEND for number in task.numbers}
