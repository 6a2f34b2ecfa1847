"""Deleting rows and what hangs on them, in our own tables alone."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.deletion import Collector

from ebexo.routers import OURS


class _OursOnly(Collector):
    """Django's admin would keep a log of our users, in a table that is not made here."""

    def related_objects(self, related_model: Any, related_fields: Any, objs: Any) -> QuerySet[Any]:
        rows = super().related_objects(related_model, related_fields, objs)
        return rows if related_model._meta.app_label.startswith(OURS) else rows.none()  # noqa: SLF001


def delete(rows: QuerySet[Any]) -> None:
    """Delete these rows as `QuerySet.delete` does. For users, and for whatever users hang on."""
    with transaction.atomic():
        collector = _OursOnly(using=rows.db, origin=rows)
        collector.collect(rows)
        collector.delete()
