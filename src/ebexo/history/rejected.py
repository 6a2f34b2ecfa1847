"""The rows of an import that were not sent, each with the reason: a few as examples, or all as a file."""

import csv
import io
from collections.abc import Iterator

from django.utils.translation import gettext as _

from ebexo.cells import cell
from ebexo.history.models import Import, Part
from ebexo.history.packing import StoredRow, unpack_rows, unpack_verdicts
from ebexo.history.sentences import VERDICTS, reason_of
from ebexo.history.states import RowVerdict

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"


def verdicts_of(found: Import) -> Iterator[RowVerdict]:
    """Of all rows that are not sent, in their order, as far as they have been judged."""
    judged = Part.objects.filter(of=found).exclude(verdicts=None).order_by("number")
    for packed in judged.values_list("verdicts", flat=True).iterator():
        yield from unpack_verdicts(packed)


def rejected_csv(found: Import) -> Iterator[str]:
    """All rows that are not sent as CSV, piece by piece, in the language that is active when a piece is taken.

    Semicolons and a byte order mark, as spreadsheets expect; nothing in it is taken for a formula. The rows are gone
    once an import has ended and the time that payloads are kept is over.
    """
    headers = [column["header"] for column in found.shape.get("columns", ())]
    yield BOM + _line([_("Row"), _("What became of it"), _("Why"), _("Field"), *map(cell, headers)])
    for part in Part.objects.filter(of=found).exclude(verdicts=None).order_by("number").iterator():
        rows = {row.number: row for row in unpack_rows(part.content)}
        for verdict in unpack_verdicts(part.verdicts):
            yield _line(_cells(verdict, rows.get(verdict.row)))


def _cells(verdict: RowVerdict, row: StoredRow | None) -> list[str]:
    told = [cell(text) for text in row.cells] if row else []
    return [
        str(verdict.row),
        str(VERDICTS[verdict.verdict]),
        reason_of(verdict),
        cell(verdict.field),
        *told,
    ]


def _line(cells: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerow(cells)
    return text.getvalue()
