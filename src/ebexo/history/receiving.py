"""Taking in the rows of an import: each is read once, and kept in parts that are worked off later.

The memory it takes does not depend on how many rows there are.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import transaction

from ebexo.audit.actions import Action
from ebexo.audit.recording import record
from ebexo.contacts.hashes import person_hash
from ebexo.events import InvalidEvent, StoreEvent, parse
from ebexo.history.models import Import, ImportKind, Part, Seen, Source
from ebexo.history.packing import StoredRow, pack_rows
from ebexo.history.reading import ProblemCode, Row, Shape
from ebexo.history.row_events import Unfit, customer_event, event_id, order_event
from ebexo.history.states import ImportState, RowVerdict, Verdict
from ebexo.secrets import keyed_hash
from ebexo.statements import insert_all, new
from ebexo.stores.models import Store

PART_ROWS = 100
"""Rows that are judged and put together: long enough to share the cost, short enough that others get their turn to
write."""


class NotReceiving(Exception):
    """This import takes no more rows."""


def begin(
    store: Store,
    *,
    kind: ImportKind,
    source: Source,
    now: datetime,
    is_rehearsal: bool,
    begun_by: str = "",
    file_name: str = "",
    shape: Mapping[str, Any] | None = None,
) -> Import:
    """An import without rows. `is_rehearsal`: once its rows are judged, it waits for somebody to start it."""
    return Import.objects.create(
        store=store,
        kind=kind,
        source=source,
        file_name=file_name[:255],
        shape=dict(shape or {}),
        begun_by=begun_by[:254],
        is_rehearsal=is_rehearsal,
        remote=store.account.remote,
        state=ImportState.RECEIVING,
        created_at=now,
    )


def as_stored(shape: Shape) -> dict[str, Any]:
    """How a file is read, as an import keeps it."""
    return asdict(shape)


def receive_rows(found: Import, rows: Iterable[Row], *, now: datetime, after_line: int = 0) -> Iterator[int]:
    """Keep these rows, part by part; yields how many were kept so far. Raises NotReceiving.

    Each part is on disk when it is yielded. `after_line`: the numbers of the rows begin behind this one.
    """
    told = iter(rows)
    kept = 0
    while some := list(islice(told, PART_ROWS)):
        if after_line:
            some = [replace(row, number=row.number + after_line) for row in some]
        _keep(found, some, now=now)
        kept += len(some)
        yield kept


def close(found: Import, *, now: datetime) -> Import:
    """All rows are there: the rehearsal begins, or the run. Raises NotReceiving."""
    with transaction.atomic():
        locked = _locked(found)
        rehearses = locked.is_rehearsal
        locked.state = ImportState.REHEARSING if rehearses else ImportState.RUNNING
        locked.started_at = None if rehearses else now
        locked.measured_at = now
        locked.save(update_fields=["state", "started_at", "measured_at"])
        action = Action.HISTORY_REHEARSED if rehearses else Action.HISTORY_STARTED
        record(action, store_id=locked.store_id, subject=subject_of(locked))
    return locked


def subject_of(found: Import) -> str:
    """What the audit log calls it."""
    return f"{found.pk}: {found.kind}, {found.file_name or found.source}, {found.rows}"


def _locked(found: Import) -> Import:
    locked = Import.objects.select_for_update(no_key=True).filter(pk=found.pk).first()
    if locked is None or locked.state != ImportState.RECEIVING:
        raise NotReceiving
    return locked


def _keep(found: Import, rows: Sequence[Row], *, now: datetime) -> None:
    read = [_read(row, found, now=now) for row in rows]
    digests = {row.number: _digests(event, found.kind) for row, event in read if event}
    with transaction.atomic():
        locked = _locked(found)
        stored = _without_duplicates(locked, read, digests)
        Part.objects.create(of=locked, number=locked.parts, rows=len(stored), content=pack_rows(stored))
        locked.parts += 1
        locked.rows += len(stored)
        locked.line = rows[-1].number
        locked.save(update_fields=["parts", "rows", "line"])


Read = tuple[StoredRow, StoreEvent | None]


def _read(row: Row, found: Import, *, now: datetime) -> Read:
    if row.problems or row.told is None:
        problem = row.problems[0] if row.problems else None
        code, field = (problem.code, problem.field) if problem else (ProblemCode.INVALID, "")
        return _unfit(row, code, field)
    number = event_id(found.pk, row.number)
    if found.kind == ImportKind.CUSTOMERS:
        told = customer_event(row.told, number=number, known_at=found.created_at)
    else:
        told = order_event(row.told, number=number)
    if isinstance(told, Unfit):
        verdict = Verdict.WITHHELD if told.is_withheld else Verdict.INVALID
        return _unfit(row, told.code, told.field, verdict=verdict)
    try:
        event = parse(told, now=now)
    except InvalidEvent as error:
        return _unfit(row, ProblemCode.INVALID, error.problems[0].pointer.strip("/").replace("/", "."))
    return StoredRow(row.number, event.canonical(), None, row.cells), event


def _unfit(row: Row, code: str, field: str, *, verdict: Verdict = Verdict.INVALID) -> Read:
    return StoredRow(row.number, None, RowVerdict(row.number, verdict, code, field), row.cells), None


def _without_duplicates(
    found: Import, read: Sequence[Read], digests: Mapping[int, list[str]]
) -> list[StoredRow]:
    """The rows, those marked that are about somebody or something of an earlier row. `digests` by their numbers."""
    wanted = {digest for of_row in digests.values() for digest in of_row}
    seen = dict(Seen.objects.filter(of=found, digest__in=wanted).values_list("digest", "row"))
    seen_now: list[Seen] = []
    stored = []
    for row, _event in read:
        mine = digests.get(row.number, [])
        twin = next((seen[digest] for digest in mine if digest in seen), None)
        if twin is not None:
            verdict = RowVerdict(row.number, Verdict.DUPLICATE, twin=twin)
            row = replace(row, payload=None, verdict=verdict)
        else:
            seen |= dict.fromkeys(mine, row.number)
            seen_now += [new(Seen, of_id=found.pk, digest=digest, row=row.number) for digest in mine]
        stored.append(row)
    insert_all(Seen, seen_now)
    return stored


def _digests(event: StoreEvent, kind: str) -> list[str]:
    """What the row is about, as keyed hashes."""
    if kind == ImportKind.ORDERS:
        return [keyed_hash("import:order", event.order.number)] if event.order else []
    customer = event.person
    number = [person_hash("customer", customer.id)] if customer.id else []
    return [person_hash("email", customer.email), *number]
