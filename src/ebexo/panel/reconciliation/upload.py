"""A table of the shop's own orders that somebody uploads."""

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from ebexo.audit.actions import Action
from ebexo.audit.recording import record
from ebexo.panel.reconciliation.words import ROW_PROBLEMS, TABLE_PROBLEMS
from ebexo.reconciliation.comparing import Ordered
from ebexo.reconciliation.models import Source
from ebexo.reconciliation.reading_csv import BadRow, UnreadableTable, read_table
from ebexo.reconciliation.telling import Day, tell_days
from ebexo.stores.models import Store

LARGEST = 10_000_000
ROWS_NAMED = 20


def keep_uploaded(
    file: "UploadedFile[bytes] | None", *, store: Store, zone: ZoneInfo
) -> tuple[dict[date, list[Ordered]], list[str]]:
    """Keep the days of this table, or say why nothing of it was kept."""
    if not file:
        return {}, [str(TABLE_PROBLEMS["no_file"])]
    if (file.size or 0) > LARGEST:
        return {}, [str(TABLE_PROBLEMS["too_large"])]
    try:
        days = read_table(file.read(), zone=zone)
    except UnreadableTable as error:
        return {}, [str(TABLE_PROBLEMS[error.problem]), *_of_rows(error.rows)]
    with transaction.atomic():
        told = [Day(day, orders) for day, orders in days.items()]
        tell_days(store.pk, told, source=Source.FILE, now=timezone.now())
        after = {"days": len(days), "orders": sum(map(len, days.values()))}
        record(Action.ORDER_DAYS_UPLOADED, store_id=store.pk, after=after)
    return days, []


def _of_rows(rows: Sequence[BadRow]) -> list[str]:
    named = [str(ROW_PROBLEMS[row.problem]) % {"line": row.line} for row in rows[:ROWS_NAMED]]
    return [*named, "…"] if len(rows) > ROWS_NAMED else named
