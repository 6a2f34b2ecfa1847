"""What of a store needs somebody's hand. Each is a look into an index, or at so many of the newest messages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Max

from ebexo.delivery.by_hand.dead_letters import failed
from ebexo.history.models import Import, ImportKind
from ebexo.outbox.models import Attempt, Message
from ebexo.outbox.states import State
from ebexo.panel.failed.actions import is_open
from ebexo.panel.start.withheld import Withheld
from ebexo.reconciliation import tasks
from ebexo.reconciliation.missing import missing_of_last_days
from ebexo.reconciliation.models import Task
from ebexo.stores.models import Account

LOOKED_AT = 1000
"""So many of the newest messages that failed or were withheld are looked at."""
SAYS_NOTHING = ("credentials", "unavailable", "unknown", "throttled", "interrupted", "broke")
"""Outcomes of attempts after which nobody can say that SALESmanago let the account in."""


@dataclass(frozen=True)
class Missing:
    """Orders of the last days that were never told. `asked_at`: the shop is asked for them since then; `untold` are
    those that it could not tell when it was asked the last time.
    """

    orders: int
    asked_at: datetime | None = None
    untold: int = 0


@dataclass(frozen=True)
class Undelivered:
    """Messages that failed (`can_be_sent`: some of them may be sent again), and those to be decided about."""

    failed: int
    can_be_sent: bool
    undecided: int


def refused_since(store_id: int) -> datetime | None:
    """Since when SALESmanago turns the account away without a break; None if it never did, or it is too long ago."""
    attempts = Attempt.objects.filter(store_id=store_id, finished_at__isnull=False)
    let_in = attempts.exclude(outcome__in=SAYS_NOTHING).order_by("-pk").values_list("pk", flat=True).first()
    refused = attempts.filter(outcome="credentials", pk__gt=let_in or 0)
    return refused.order_by("pk").values_list("started_at", flat=True).first()


def missing_of(store_id: int, *, today: date) -> Missing:
    orders = missing_of_last_days(store_id, today=today)
    if not orders:
        return Missing(0)
    asked = [task.asked_at for task in tasks.open_tasks(store_id) if task.kind == Task.Kind.SEND]
    done = tasks.last_done(store_id, Task.Kind.SEND)
    untold = len(done.outcome.get("not_sent", ())) if done else 0
    return Missing(orders, min(asked, default=None), min(untold, orders))


def undelivered_of(store_id: int, *, count: int) -> Undelivered:
    """`count` is how many failed or wait for a decision, all in all."""
    if not count:
        return Undelivered(0, can_be_sent=False, undecided=0)
    newest = [
        message
        for state in (State.FAILED, State.HELD)
        for message in Message.objects.filter(store_id=store_id, state=state, done_at__isnull=False)
        .only("state", "reason", "in_doubt")
        .order_by("-done_at")[:LOOKED_AT]
    ]
    undecided = sum(is_open(message) or message.state == State.HELD for message in newest)
    can_be_sent = failed(store_id).exclude(payload=None).exists()
    return Undelivered(count - undecided, can_be_sent=can_be_sent, undecided=undecided)


def begun_imports(account: Account) -> Mapping[str, datetime]:
    """When history of each kind was last begun to be sent to the present account."""
    begun = Import.objects.filter(store_id=account.store_id, remote=account.remote, started_at__isnull=False)
    return dict(begun.values_list("kind").annotate(last=Max("started_at")))


def withheld_of(store_id: int, *, since: datetime) -> list[Withheld]:
    """The newest ones."""
    withheld = Message.objects.filter(store_id=store_id, state=State.WITHHELD, done_at__gte=since)
    newest = withheld.order_by("-done_at").values_list("reason", "type", "done_at")[:LOOKED_AT]
    return [
        Withheld(reason or "", _history_of(event_type), done_at)
        for reason, event_type, done_at in newest
        if done_at is not None
    ]


def _history_of(event_type: str) -> str:
    return ImportKind.ORDERS if event_type.startswith("order.") else ImportKind.CUSTOMERS
