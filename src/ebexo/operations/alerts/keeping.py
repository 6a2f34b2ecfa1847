"""The record of troubles. Several processes may look at the same time: what only one may do is done by the one whose
UPDATE finds the row as it was.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet

from ebexo.operations.alerts.deciding import Kind
from ebexo.stores.models import Alert

TRIES = 5
PAUSES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
"""After each failure of the mail server but the last: four hours of mending it, all in all."""


def open_alert(store_id: int, kind: Kind, *, now: datetime) -> None:
    """The store has this trouble from now on, if it was not known to have it."""
    row, is_new = Alert.objects.get_or_create(store_id=store_id, kind=kind, defaults={"opened_at": now})
    if not is_new:
        Alert.objects.filter(pk=row.pk).exclude(closed_at=None).update(
            opened_at=now, mailed_at=None, closed_at=None, written_to=[], tries=0, not_before=None
        )


def close_alert(store_id: int, kind: Kind, *, now: datetime) -> list[int]:
    """It is over. Who got a letter about it and is to hear that: nobody where another process has closed it."""
    row = _open(store_id, kind).first()
    if row is None or not _open(store_id, kind).filter(pk=row.pk).update(closed_at=now):
        return []
    return list(row.written_to)


def take_on(store_id: int, kind: Kind, *, now: datetime) -> Alert | None:
    """The trouble whose letters are to be written by whoever gets it: nobody else does, also if this process dies."""
    due = _open(store_id, kind).filter(Q(not_before=None) | Q(not_before__lte=now), mailed_at=None)
    row = due.first()
    return row if row and due.filter(pk=row.pk).update(mailed_at=now) else None


def note_letters(alert: Alert, written_to: Sequence[int]) -> None:
    """These people have got theirs."""
    Alert.objects.filter(pk=alert.pk).update(written_to=[*alert.written_to, *written_to])


def try_later(alert: Alert, *, now: datetime) -> bool:
    """The mail server did not take all of them: the rest follows after a pause. False: that was tried often enough."""
    if alert.tries + 1 >= TRIES:
        return False
    Alert.objects.filter(pk=alert.pk, closed_at=None).update(
        mailed_at=None, tries=F("tries") + 1, not_before=now + PAUSES[alert.tries]
    )
    return True


def _open(store_id: int, kind: Kind) -> QuerySet[Alert]:
    return Alert.objects.filter(store_id=store_id, kind=kind, closed_at=None)
