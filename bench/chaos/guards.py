"""Taking away one of the guards that keep order, to see that the checker notices. Only for processes of a test."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from ebexo.delivery import calls, drain
from ebexo.outbox import choosing
from ebexo.outbox.lease import Lease
from ebexo.outbox.models import IS_LIVE, Lane, Message
from ebexo.outbox.states import State


def take_away(guard: str) -> None:
    """`head`: any message may be sent, not the oldest of its contact alone. `clock`: no look at the clock before a
    call. `epoch`: whoever held the lane before may still write.
    """
    {"head": _without_head, "clock": _without_clock, "epoch": _without_epoch}[guard]()


def _without_head() -> None:
    def any_waiting(
        store_id: int,
        *,
        limit: int,
        now: datetime,  # noqa: ARG001
        is_history: bool = False,
    ) -> list[choosing.Head]:
        waiting = Message.objects.filter(IS_LIVE, store_id=store_id, state=State.WAITING).order_by("pk")
        facts = waiting.values_list("pk", "type", "largest_batch", "crash_reclaims")
        return [] if is_history else [choosing.Head(*row) for row in facts[:limit]]

    choosing.due_heads = any_waiting


def _without_clock() -> None:
    Lease.covers = lambda self, seconds: True  # type: ignore[method-assign]  # noqa: ARG005  (a guard is taken away)


def _without_epoch() -> None:
    for module, name in (
        (drain, "kept"),
        (drain, "claim"),
        (drain, "settle"),
        (calls, "begin"),
        (calls, "settle"),
    ):
        setattr(module, name, _under_whatever_epoch(getattr(module, name)))


def _under_whatever_epoch(write: Callable[..., Any]) -> Callable[..., Any]:
    def written(lease: Lease, *arguments: Any, **more: Any) -> Any:
        epoch = Lane.objects.values_list("epoch", flat=True).get(store_id=lease.store_id)
        return write(replace(lease, epoch=epoch), *arguments, **more)

    return written
