"""Marking customers whose data changed, and telling them after the commit."""

import logging
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from ebexo.as_stored import moment
from ebexo_oscar import telling
from ebexo_oscar.aside import aside
from ebexo_oscar.models import ToldCustomer

log = logging.getLogger("ebexo_oscar")
LEFT_BEHIND_AFTER = timedelta(minutes=1)
AT_ONCE = 20
_MARK = """
    INSERT INTO ebexo_oscar_toldcustomer AS told (user_id, digest, previous_email, changed_at) VALUES (%s, '', %s, %s)
    ON CONFLICT (user_id) DO UPDATE SET
        changed_at = COALESCE(told.changed_at, excluded.changed_at),
        previous_email = COALESCE(told.previous_email, excluded.previous_email)
"""


def mark(user_id: Any, *, previous_email: str | None = None) -> None:
    """Remember, in the shop's transaction, that this customer's data changed; tell it once that is committed.

    One statement, since every order makes it: what a former mark says stays.
    """
    with connection.cursor() as cursor:
        cursor.execute(_MARK, [str(user_id), previous_email, moment(timezone.now())])
    transaction.on_commit(partial(aside, partial(_tell, str(user_id))), robust=True)


def sweep() -> int:
    """Tell customers whose mark a crash left behind: more than a minute old. Gives back how many were told."""
    before = timezone.now() - LEFT_BEHIND_AFTER
    rows = ToldCustomer.objects.filter(changed_at__lt=before).order_by("changed_at")
    left_behind = list(rows.values_list("user_id", flat=True)[:AT_ONCE])
    return sum(_tell(user_id) for user_id in left_behind)


def _tell(user_id: str) -> bool:
    try:
        telling.changed(user_id)
    except Exception:
        log.exception("ebexo_oscar: a change could not be told; the mark stays")
        return False
    return True
