"""Telling the shop what SALESmanago said of its customers.

from ebexo_oscar.statuses import status_changed

@receiver(status_changed)
def remember(sender, *, customer_id, email, status, source, at, **more): ...
"""

import logging
from datetime import datetime
from typing import Any

from django.db import transaction
from django.dispatch import Signal

from ebexo.ingest.changes import changes_after
from ebexo.storefront.shop import NoStore, store
from ebexo_oscar.models import StatusCursor

log = logging.getLogger("ebexo_oscar")

status_changed = Signal()
"""Somebody confirmed or unsubscribed at SALESmanago. Sent by `manage.py ebexo_sweep`, once a change, in order.

`status` is `opt_in` or `opt_out`, `source` is `callback` or `read_back`, `at` a datetime; `customer_id` and `email` are
those that SALESmanago was told, None for somebody who was never sent. A receiver runs in a transaction of its own; if
it raises, the change and those behind it are sent again by the next sweep.
"""


def announce() -> int:
    """Send `status_changed` for what is new, 500 changes at most. Gives back how many were sent."""
    try:
        ours = store()
    except NoStore:
        return 0
    cursor = StatusCursor.objects.get_or_create(store=ours.handle)[0].cursor
    sent = 0
    for change in changes_after(ours.pk, cursor):
        if not _sent(ours.handle, change, after=cursor):
            break
        cursor = change["cursor"]
        sent += 1
    return sent


def _sent(handle: str, change: dict[str, Any], *, after: int) -> bool:
    told = {name: change[name] for name in ("customer_id", "email", "status", "source")}
    try:
        with transaction.atomic():
            ours = StatusCursor.objects.filter(store=handle, cursor=after)
            if not ours.update(cursor=change["cursor"]):  # another sweep is at it
                return False
            status_changed.send(sender=StatusCursor, at=datetime.fromisoformat(change["at"]), **told)
    except Exception:
        log.exception("ebexo_oscar: a status could not be told; the next sweep tries again")
        return False
    return True
