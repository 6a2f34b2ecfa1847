"""Working off imports, one part of one import at a time.

Any process may call `step`, and several at once: an import is in the hands of one of them. A part is judged and put
in one transaction together with the position, so whoever is killed in the middle leaves nothing half done.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial

import structlog
from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction
from django.db.models import F, Q, QuerySet

from ebexo import metrics
from ebexo.failpoints import failpoint
from ebexo.history.clearing import clear, waiting_of
from ebexo.history.judging import Judged, judge_rows
from ebexo.history.models import Import, Part
from ebexo.history.packing import StoredRow, pack_rows, pack_verdicts, unpack_rows
from ebexo.history.putting import put_rows
from ebexo.history.states import AT_WORK, OPEN, Counts, ImportState, Verdict
from ebexo.ingest.lists import despite_deadlocks
from ebexo.outbox.models import IS_LIVE, Message
from ebexo.stores.models import Account, Store

TRIES = 5
WAITING_AT_MOST = 2000
"""So many messages of a store may wait before history adds to them: the rest waits here, where it costs nothing."""

log = structlog.get_logger("ebexo.history")


def step(now: datetime) -> bool:
    """Do one piece of work of one import. False: there is nothing to do at this moment.

    Raises OperationalError or InterfaceError where the database does not answer; nothing is half done then.
    """
    return any(_step(number, now=now) for number in _candidates())


def _candidates() -> Iterator[int]:
    """Imports with something to do, the one that waited longest first."""
    at_work = Import.objects.filter(Q(state__in=AT_WORK) | ~Q(state__in=OPEN), is_cleared=False)
    oldest_first = at_work.order_by(F("stepped_at").asc(nulls_first=True), "pk")
    for found in list(oldest_first.only("store_id", "state", "position", "parts")):
        if found.state != ImportState.RUNNING or _can_run(found):
            yield found.pk


def _can_run(found: Import) -> bool:
    """Asked without taking the database's one place to write."""
    if found.position >= found.parts:
        return not waiting_of(found).exists()
    return has_room(found.store_id)


def has_room(store_id: int) -> bool:
    """May more of this store's history be queued?"""
    waiting = Message.objects.filter(IS_LIVE, store_id=store_id)[:WAITING_AT_MOST]
    return waiting.count() < WAITING_AT_MOST


def _step(number: int, *, now: datetime) -> bool:
    for _ in range(TRIES):
        try:
            return despite_deadlocks(partial(_in_one_transaction, number, now=now))
        except IntegrityError:  # one of the people arrived at the same moment: the part is judged anew
            log.info("import_part_again", number=number)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            log.exception("import_failed", number=number)
            break
    _give_up(number, now=now)
    return True


def _in_one_transaction(number: int, *, now: datetime) -> bool:
    with transaction.atomic():
        found = _mine(Import.objects.filter(pk=number, is_cleared=False)).select_related("store").first()
        if found is None:
            return False
        works = _WORK.get(ImportState(found.state), clear)(found, now)
        if works:
            Import.objects.filter(pk=number).update(stepped_at=now)
        failpoint("importing")
    return works


def _mine(imports: QuerySet[Import]) -> QuerySet[Import]:
    """Locked, and none that another process works on."""
    if connection.features.has_select_for_update_skip_locked:
        return imports.select_for_update(skip_locked=True, no_key=True, of=("self",))
    return imports.select_for_update(no_key=True, of=("self",))


def _rehearse(found: Import, now: datetime) -> bool:  # noqa: ARG001  (all of one shape)
    part, rows = _next_part(found)
    if part is not None:
        judged = judge_rows(rows, of=found, account=Account.objects.get(store=found.store_id))
        found.rehearsal = _counted(found.rehearsal, judged)
        part.verdicts = pack_verdicts(one.verdict for one in judged if one.verdict.verdict is not Verdict.NEW)
        part.save(update_fields=["verdicts"])
        _move_on(found, part)
    if found.position >= found.parts:
        found.state, found.measured_at = ImportState.REHEARSED, None
    found.save()
    return True


def _run(found: Import, now: datetime) -> bool:
    part, rows = _next_part(found)
    if part is None:
        return _end(found, now=now)
    if connection.features.has_select_for_update:
        # as lists of events do: two with the same people in another order would wait in a circle
        Store.objects.select_for_update(no_key=True).get(pk=found.store_id)
    account = Account.objects.get(store=found.store_id)
    judged = judge_rows(rows, of=found, account=account)
    put_rows(judged, store=found.store, account=account, now=now)
    found.counts = _counted(found.counts, judged)
    transaction.on_commit(partial(_count, judged))
    _keep_what_was_not_sent(part, judged)
    _move_on(found, part)
    found.save()
    return True


_WORK: dict[ImportState, Callable[[Import, datetime], bool]] = {
    ImportState.REHEARSING: _rehearse,
    ImportState.RUNNING: _run,
}


def _next_part(found: Import) -> tuple[Part | None, list[StoredRow]]:
    part = Part.objects.filter(of=found, number=found.position).first()
    return part, unpack_rows(part.content) if part else []


def _counted(counts: dict[str, object], judged: list[Judged]) -> dict[str, object]:
    return Counts.from_json(counts).plus(one.verdict for one in judged).to_json()


def _count(judged: list[Judged]) -> None:
    for one in judged:
        metrics.IMPORT_ROWS[one.verdict.verdict].inc()


def _move_on(found: Import, part: Part) -> None:
    found.position += 1
    found.row_position += part.rows


def _keep_what_was_not_sent(part: Part, judged: list[Judged]) -> None:
    """For the merchant to download. What was sent is in the outbox, and need not be here any more."""
    left = [one for one in judged if one.verdict.verdict is not Verdict.NEW]
    rows = [StoredRow(one.row.number, None, one.verdict, one.row.cells) for one in left]
    part.content = pack_rows(rows) if rows else None
    part.verdicts = pack_verdicts(one.verdict for one in left)
    part.save(update_fields=["content", "verdicts"])


def _end(found: Import, *, now: datetime) -> bool:
    """Done once the last of its messages has left."""
    if waiting_of(found).exists():
        return False
    found.state, found.ended_at = ImportState.DONE, now
    found.save(update_fields=["state", "ended_at"])
    log.info("import_done", number=found.pk, store=found.store_id, **found.counts)
    return True


def _give_up(number: int, *, now: datetime) -> None:
    Import.objects.filter(pk=number).update(state=ImportState.FAILED, problem="our_fault", ended_at=now)
