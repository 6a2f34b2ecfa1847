"""What a support bundle tells of a store: switches, numbers and kinds of trouble."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Count
from django.db.models.functions import TruncDate

from ebexo.connection.doctor import examine
from ebexo.history.models import Import
from ebexo.outbox.models import IS_LIVE, Attempt, Lane, Message
from ebexo.stores.models import Account, Alert, Store
from salesmanago import BadEndpoint, normalise_endpoint

DAYS = 14
ATTEMPTS = 200
_WORD = re.compile(r"[a-z0-9_.-]{1,60}")
_ENDED = ("day", "type", "state", "reason")


def about(store: Store, *, now: datetime) -> dict[str, Any]:
    """A store as it is, without its name."""
    return {
        "store": store.handle,
        "created_at": moment(store.created_at),
        "account": _account(store.account),
        "lane": _lane(store),
        "api_keys": store.api_keys.filter(revoked_at=None).exclude(ends_at__lte=now).count(),
        "alerts": [
            {
                "kind": word(alert.kind),
                "opened_at": moment(alert.opened_at),
                "mailed_at": moment(alert.mailed_at),
            }
            for alert in Alert.objects.filter(store=store, closed_at=None).order_by("kind")
        ],
        "imports": [_import(one) for one in Import.objects.filter(store=store).order_by("-pk")[:20]],
    }


def _account(account: Account) -> dict[str, Any]:
    return {
        "active": account.active,
        "filled_in": {
            "email": bool(account.owner_email),
            "client_id": bool(account.client_id),
            "api_secret": bool(account.api_secret_encrypted),
            "endpoint": bool(account.endpoint),
            "consent": bool(account.consent_code),
            "location": bool(account.location),
            "shop_domain": bool(account.shop_domain),
            "double_opt_in_email": bool(account.double_opt_in_email_id),
        },
        "endpoint_is_salesmanagos_own": _is_salesmanagos_own(account.endpoint),
        "mode": word(account.mode),
        "country": word(account.country.lower()),
        "language": word(account.language),
        "product_id": word(account.product_id),
        "purchase_counts": word(account.purchase_counts),
        "in_doubt": word(account.in_doubt),
        "ignored_domains": len(account.ignored_domains),
        "rate": account.rate,
        "dry_run": account.dry_run,
        "load_always": account.load_always,
        "check_problem": word(account.check_problem),
        "checked_at": moment(account.checked_at),
        "saved_at": moment(account.saved_at),
        "statuses_read_at": moment(account.statuses_read_at),
    }


def _lane(store: Store) -> dict[str, Any] | None:
    lane = Lane.objects.filter(store=store).first()
    if lane is None:
        return None
    return {
        "epoch": lane.epoch,
        "is_held_until": moment(lane.lease_until),
        "backoff_until": moment(lane.backoff_until),
        "failures": lane.failures,
        "paused_reason": word(lane.paused_reason),
        "stopped_at": moment(lane.stopped_at),
        "last_served_at": moment(lane.last_served_at),
    }


def _import(found: Import) -> dict[str, Any]:
    """`rows` told, those that are through, and what became of them by the words of a verdict."""
    return {
        "kind": word(found.kind),
        "source": word(found.source),
        "state": word(found.state),
        "problem": word(found.problem),
        "rows": found.rows,
        "row_position": found.row_position,
        "created_at": moment(found.created_at),
        "started_at": moment(found.started_at),
        "ended_at": moment(found.ended_at),
    }


def messages_of(store: Store, *, now: datetime) -> dict[str, Any]:
    """How many ended on which day (UTC), and how many are live."""
    rows = Message.objects.filter(store=store).order_by()
    ended = rows.filter(done_at__gt=now - timedelta(days=DAYS)).annotate(day=TruncDate("done_at", tzinfo=UTC))
    live = rows.filter(IS_LIVE).values_list("state", "type").annotate(Count("pk"))
    return {
        "store": store.handle,
        "ended": [
            {
                "day": day.isoformat(),
                "type": word(kind),
                "state": word(state),
                "reason": word(reason),
                "count": count,
            }
            for day, kind, state, reason, count in sorted(
                ended.values_list(*_ENDED).annotate(Count("pk")), key=lambda row: [str(part) for part in row]
            )
        ],
        "live": [
            {"state": word(state), "type": word(kind), "count": count} for state, kind, count in sorted(live)
        ],
    }


def attempts_of(store: Store) -> dict[str, Any]:
    """The last calls, newest first. What SALESmanago answered is not looked at."""
    last = Attempt.objects.filter(store=store).annotate(carried=Count("messages")).order_by("-pk")
    columns = ("started_at", "finished_at", "outcome", "http_status", "retry_after", "carried")
    return {
        "store": store.handle,
        "attempts": [
            {
                "started_at": moment(started_at),
                "seconds": round((finished_at - started_at).total_seconds(), 3) if finished_at else None,
                "outcome": word(outcome),
                "http_status": http_status,
                "retry_after": retry_after,
                "messages": carried,
            }
            for started_at, finished_at, outcome, http_status, retry_after, carried in last.values_list(
                *columns
            )[:ATTEMPTS]
        ],
    }


def examined(store: Store) -> dict[str, Any]:
    """The connection check, made now: it calls SALESmanago, and takes half a minute at most."""
    steps = examine(store.account).steps
    return {
        "store": store.handle,
        "steps": [
            {"step": step.name, "outcome": step.outcome, "problem": word(step.problem)} for step in steps
        ],
    }


def word(text: str | None) -> str | None:
    """A word of ours as it is. Whatever else should ever stand in its place is not told."""
    return text if not text or _WORD.fullmatch(text) else "other"


def moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _is_salesmanagos_own(endpoint: str) -> bool:
    try:
        normalise_endpoint(endpoint)
    except BadEndpoint:
        return False
    return True
