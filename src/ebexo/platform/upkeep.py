"""Everything that an installation drops in time: what stores have, and what the panel and a platform leave behind."""

from collections.abc import Iterator
from datetime import datetime

import structlog
from django.db.models import Q
from django.utils import timezone

from ebexo.history.running import step as import_step
from ebexo.operations.retention import Periods, periods
from ebexo.operations.retention import sweeps as sweeps_of_stores
from ebexo.operations.sweep import Pruned, Sweep, prune
from ebexo.panel.models import Link, LoginAttempt, Session
from ebexo.panel.throttle import WITHIN
from ebexo.platform.opening import REMEMBERED
from ebexo.reconciliation.missing import count_all, count_one
from ebexo.reconciliation.models import OrderDay, Task
from ebexo.stores.models import Opening

log = structlog.get_logger("ebexo.upkeep")


def all_sweeps(*, now: datetime, kept: Periods) -> tuple[Sweep, ...]:
    """Every sweep there is."""
    return (
        *sweeps_of_stores(now=now, kept=kept),
        Sweep("sessions", Session, Q(expire_date__lt=now)),
        Sweep("login_attempts", LoginAttempt, Q(attempted_at__lt=now - WITHIN)),
        Sweep("links", Link, Q(ends_at__lte=now)),
        Sweep("openings", Opening, Q(created_at__lte=now - REMEMBERED)),
        Sweep("order_days", OrderDay, Q(day__lt=(now - kept.messages).date())),
        Sweep("order_tasks", Task, Q(done_at__lt=now - kept.payloads)),
    )


def beside(now: datetime) -> bool:
    """One piece of what is worked off all day long beside the sending: imports, and the counts of missing orders.

    False: there is nothing to do at this moment. Raises as `ebexo.history.running.step` does.
    """
    has_counted = count_one(now)
    return import_step(now) or has_counted


def nightly() -> Iterator[object]:
    """Every sweep, with a line in the log at the end, and what is missing of the last days counted anew."""
    yield from count_all(timezone.now())
    pruned = Pruned()
    for step in prune(all_sweeps(now=timezone.now(), kept=periods())):
        pruned.add(step)
        yield step
    log.info("pruned", longest_ms=round(pruned.longest_seconds * 1000, 1), **pruned.dropped)
