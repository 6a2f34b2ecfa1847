"""The audit log as a table for a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Iterator

from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _

from ebexo.audit.models import Entry
from ebexo.cells import cell
from ebexo.panel.audit.shown import Shown, shown

BOM = "\ufeff"
"""Spreadsheets take the file for UTF-8 by it."""


def as_csv(entries: Iterable[Entry], *, name: str) -> StreamingHttpResponse:
    """A download, written as it is read: however long the log is, it is never held whole."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(_lines(entries), content_type="text/csv; charset=utf-8", headers=headers)


def _lines(entries: Iterable[Entry]) -> Iterator[str]:
    titles = [_("When"), _("Who"), _("From which address"), _("What"), _("Before and after"), _("Store")]
    yield BOM + _line(titles)
    for entry in entries:
        yield _line(_row(shown(entry, with_store=True)))


def _row(one: Shown) -> list[str]:
    changes = [f"{change.name}: {_arrow(change.before, change.after)}" for change in one.changes]
    handle = one.store.handle if one.store else ""
    return [one.at.isoformat(), one.who, one.address, one.what, "; ".join(changes), handle]


def _arrow(before: str | None, after: str | None) -> str:
    return " → ".join(side for side in (before, after) if side is not None)


def _line(cells: Iterable[str]) -> str:
    written = io.StringIO()
    csv.writer(written, delimiter=";").writerow([cell(text) for text in cells])
    return written.getvalue()
