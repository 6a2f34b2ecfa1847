"""Writing store events into the outbox, and keeping those that could not be written until they can."""

import logging
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from ebexo.contacts.hashes import person_hash
from ebexo.ingest.receive import Receipt, receive
from ebexo.storefront.shop import setting, store
from ebexo_oscar.models import KeptEvent

log = logging.getLogger("ebexo_oscar")
LEFT_BEHIND_AFTER = timedelta(minutes=1)
AT_ONCE = 20


def write(event: dict[str, Any]) -> Receipt:
    """Write this store event, in the caller's transaction. Raises what `receive` raises, and NoStore."""
    return receive(store(), event)


def write_or_keep(event: dict[str, Any]) -> None:
    """The same; where that fails the event is kept in the same transaction, and tried again from the commit on.

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
        person = person_hash("email", event["customer"]["email"])
        KeptEvent.objects.create(event_id=event["id"], person=person, body=event, tried_at=timezone.now())
        transaction.on_commit(partial(_try_again, event["id"]), robust=True)


def write_kept() -> int:
    """Write events whose last try is more than a minute old. Gives back how many were written."""
    before = timezone.now() - LEFT_BEHIND_AFTER
    rows = KeptEvent.objects.filter(tried_at__lt=before).order_by("tried_at")
    left_behind = list(rows.values_list("event_id", flat=True)[:AT_ONCE])
    return sum(_try_again(event_id) for event_id in left_behind)


def drop_kept(email: str) -> None:
    """Drop what is kept of somebody who asked to be forgotten."""
    KeptEvent.objects.filter(person=person_hash("email", email)).delete()


def _try_again(event_id: str) -> bool:
    try:
        with transaction.atomic():
            kept = KeptEvent.objects.select_for_update().filter(event_id=event_id).first()
            if kept is None:
                return False
            write(kept.body)
            kept.delete()
    except Exception:
        log.exception("ebexo_oscar: an event could not be told again; it stays kept")
        KeptEvent.objects.filter(event_id=event_id).update(tried_at=timezone.now())  # the others come first
        return False
    return True
