"""Writing store events into the outbox: at once, right behind the commit, or, where that fails, as soon as it can be.

What is written behind the commit is kept in the shop's own transaction until then, so it stands or falls with what
happened, and a crash in between loses nothing.
"""

import logging
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from ebexo.as_stored import as_json, moment
from ebexo.contacts.hashes import person_hash
from ebexo.events import EventType
from ebexo.failpoints import failpoint
from ebexo.ingest.receive import OtherBody, Receipt, receive
from ebexo.storefront.shop import setting, store
from ebexo_oscar import customers, order_steps
from ebexo_oscar.aside import aside
from ebexo_oscar.models import KeptEvent
from ebexo_oscar.told import told

log = logging.getLogger("ebexo_oscar")
LEFT_BEHIND_AFTER = timedelta(minutes=1)
AT_ONCE = 20
_KEEP = """
    INSERT INTO ebexo_oscar_keptevent (event_id, person, body, order_id, user_id, tried_at, has_failed)
    VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (event_id) DO NOTHING
"""


def write(event: Mapping[str, Any]) -> Receipt:
    """Write this store event, in the caller's transaction. Raises what `receive` raises, and NoStore.

    What is kept of the same person to be written behind a commit happened before, and is written before.
    """
    return _write_in_turn(event, rows=KeptEvent.objects.all())


def write_soon(event: dict[str, Any], *, order_id: int | None = None, user_id: str | None = None) -> None:
    """Keep the outline of this event in the caller's transaction, by one statement, and write it whole beside the
    request once that is committed: with what the order or the customer named adds to it. Keeping it again changes
    nothing. A shop that is no store yet keeps nothing.
    """
    if setting("STORE"):
        _keep(event, order_id=order_id, user_id=user_id)


def write_or_keep(event: dict[str, Any]) -> None:
    """Write this store event, in the caller's transaction; where that fails it is kept, and tried again.

    For what happens once and can't be read from the shop later: a sign-up, a grant, a withdrawal, an erasure. A shop
    that is no store yet keeps nothing, and NoStore is raised.
    """
    try:
        with transaction.atomic():
            write(event)
    except Exception:
        if not setting("STORE"):
            raise
        log.exception("ebexo_oscar: %s could not be told; it is kept", event["type"])
        _keep(event, has_failed=True)


def write_kept() -> int:
    """Write events kept, or last tried, more than a minute ago. Gives back how many were written."""
    before = timezone.now() - LEFT_BEHIND_AFTER
    rows = KeptEvent.objects.filter(tried_at__lt=before).order_by("tried_at", "pk")
    left_behind = list(rows.values_list("event_id", flat=True)[:AT_ONCE])
    return sum(_write_one(event_id) for event_id in left_behind)


def settle_kept(email: str) -> None:
    """Before somebody is forgotten: write what was not tried yet, as it came first, and drop the rest."""
    theirs = KeptEvent.objects.filter(person=_person(email))
    _write_untried(theirs)
    theirs.delete()


def _keep(
    event: dict[str, Any],
    *,
    order_id: int | None = None,
    user_id: str | None = None,
    has_failed: bool = False,
) -> None:
    person, now = _person(event["customer"]["email"]), moment(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [event["id"], person, as_json(event), order_id, user_id, now, has_failed])
    transaction.on_commit(partial(_write_beside, event["id"]), robust=True)


def _write_beside(event_id: str) -> None:
    failpoint("kept")
    aside(partial(_write_one_and_left_behind, event_id))


def _write_one_and_left_behind(event_id: str) -> None:
    """What a crash left behind is found by the next event already, if the sweep was not sooner."""
    _write_one(event_id)
    write_kept()


def _write_one(event_id: str) -> bool:
    try:
        with transaction.atomic():
            kept = KeptEvent.objects.select_for_update().filter(event_id=event_id).first()
            if kept is None:
                return False
            event = _whole(kept)
            _write_in_turn(event, rows=KeptEvent.objects.filter(pk__lt=kept.pk))
            if event["type"] == EventType.CUSTOMER_REGISTERED and kept.user_id:
                told(kept.user_id, event["customer"])
            kept.delete()
    except OtherBody:  # it was told before, in other words
        KeptEvent.objects.filter(event_id=event_id).delete()
        return False
    except Exception:
        log.exception("ebexo_oscar: an event could not be told yet; it stays kept")
        tried = {"tried_at": timezone.now(), "has_failed": True}  # the others come first
        KeptEvent.objects.filter(event_id=event_id).update(**tried)
        return False
    return True


def _whole(kept: KeptEvent) -> dict[str, Any]:
    if kept.order_id:
        return order_steps.completed(kept.body, kept.order_id)
    return customers.completed(kept.body, kept.user_id) if kept.user_id else kept.body


def _write_in_turn(event: Mapping[str, Any], *, rows: Any) -> Receipt:
    customer = event.get("customer") or {}
    emails = [customer.get(name) for name in ("email", "previous_email")]
    if people := [_person(email) for email in emails if email]:
        _write_untried(rows.filter(person__in=people))
    return receive(store(), event)


def _write_untried(rows: Any) -> None:
    untried = rows.filter(has_failed=False).order_by("pk")
    for event_id in list(untried.values_list("event_id", flat=True)):
        _write_one(event_id)


def _person(email: str) -> str:
    return person_hash("email", email)
