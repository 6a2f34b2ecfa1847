"""What a person may do to an import: start, pause, resume and cancel it."""

from datetime import datetime

from django.db import transaction

from ebexo.audit.actions import Action
from ebexo.audit.recording import record
from ebexo.history.models import Import
from ebexo.history.receiving import subject_of
from ebexo.history.states import ImportState, may_become


class NotPossible(Exception):
    """An import in its present state can't be brought to that one."""


def start(found: Import, *, now: datetime) -> Import:
    """Begin the run of what was rehearsed, or go on with what was paused. Raises NotPossible."""
    return change(found, ImportState.RUNNING, now=now)


def pause(found: Import, *, now: datetime) -> Import:
    """Queue nothing more until it is resumed; the few messages that wait by now are sent. Raises NotPossible."""
    return change(found, ImportState.PAUSED, now=now)


def cancel(found: Import, *, now: datetime) -> Import:
    """Send nothing more of it, also of what waits. What SALESmanago has by now stays there. Raises NotPossible."""
    return change(found, ImportState.CANCELLED, now=now)


def change(found: Import, wanted: ImportState, *, now: datetime) -> Import:
    """Bring the import to this state, and give it back as it is then. What it is already it stays.

    A rehearsal that was paused goes on as a rehearsal. Raises NotPossible.
    """
    with transaction.atomic():
        locked = Import.objects.select_for_update(no_key=True).get(pk=found.pk)
        present = ImportState(locked.state)
        if not may_become(present, wanted):
            raise NotPossible
        if present is not wanted:
            record(
                _CHANGES[wanted, present is ImportState.PAUSED],
                store_id=locked.store_id,
                subject=subject_of(locked),
            )
            _ENTER[wanted](locked, now)
            locked.save()
    return locked


def _run(found: Import, now: datetime) -> None:
    if found.state == ImportState.PAUSED:
        found.state, found.paused_in = found.paused_in, ""
    else:
        found.state, found.started_at = ImportState.RUNNING, now
        found.position, found.row_position = 0, 0
    found.measured_at, found.measured_row = now, found.row_position


def _pause(found: Import, now: datetime) -> None:  # noqa: ARG001  (all of one shape)
    found.paused_in, found.state, found.measured_at = found.state, ImportState.PAUSED, None


def _cancel(found: Import, now: datetime) -> None:
    found.state, found.ended_at, found.measured_at = ImportState.CANCELLED, now, None


_ENTER = {ImportState.RUNNING: _run, ImportState.PAUSED: _pause, ImportState.CANCELLED: _cancel}
_CHANGES = {
    (ImportState.RUNNING, False): Action.HISTORY_STARTED,
    (ImportState.RUNNING, True): Action.HISTORY_RESUMED,
    (ImportState.PAUSED, False): Action.HISTORY_PAUSED,
    (ImportState.CANCELLED, False): Action.HISTORY_CANCELLED,
    (ImportState.CANCELLED, True): Action.HISTORY_CANCELLED,
}
