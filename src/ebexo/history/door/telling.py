"""An import as the door tells it."""

from datetime import datetime
from itertools import islice
from typing import Any

from django.utils.translation import override

from ebexo.history.models import Import
from ebexo.history.progress import progress_of
from ebexo.history.rejected import verdicts_of
from ebexo.history.sentences import reason_of
from ebexo.history.states import RowVerdict
from ebexo.ingest.problems import LANGUAGE

EXAMPLES = 20


def told(found: Import, *, now: datetime) -> dict[str, Any]:
    """See `ImportTold`."""
    progress = progress_of(found, now=now)
    with override(LANGUAGE):
        examples = [_row(verdict) for verdict in islice(verdicts_of(found), EXAMPLES)]
    return {
        "id": found.pk,
        "kind": found.kind,
        "source": found.source,
        "rehearse": found.is_rehearsal,
        "state": found.state,
        "rows": progress.rows,
        "position": progress.row_position,
        "waiting": progress.waiting,
        "counts": progress.counts.to_json(),
        "rate": progress.rate,
        "seconds_left": progress.seconds_left,
        "created_at": found.created_at.isoformat(),
        "started_at": _text(found.started_at),
        "ended_at": _text(found.ended_at),
        "examples": examples,
    }


def _row(verdict: RowVerdict) -> dict[str, Any]:
    return {
        "row": verdict.row,
        "verdict": verdict.verdict,
        "code": verdict.code,
        "field": verdict.field,
        "text": reason_of(verdict),
    }


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
