"""Short ways to tell an import, to work it off, and to see what became of it."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from django.utils import timezone

from ebexo.history.models import Import, ImportKind, Source
from ebexo.history.packing import unpack_verdicts
from ebexo.history.reading import Kind, recognise, rows
from ebexo.history.receiving import begin, close, receive_rows
from ebexo.history.running import step
from ebexo.history.states import Counts
from ebexo.outbox.models import Message
from ebexo.stores.models import Store

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def a_customer() -> Callable[..., dict[str, Any]]:
    """A line of a file of customers."""

    def make(number: int, *, consents: Sequence[dict[str, Any]] = (), **fields: Any) -> dict[str, Any]:
        customer = {
            "id": f"c-{number}",
            "email": f"person-{number}@example.com",
            "first_name": "Ewa",
        } | fields
        return {"type": "customer.updated", "customer": customer, "consents": list(consents)}

    return make


@pytest.fixture
def an_order() -> Callable[..., dict[str, Any]]:
    """A line of a file of orders."""

    def make(number: int, *, person: int | None = None, **fields: Any) -> dict[str, Any]:
        order = {
            "number": f"{number}",
            "placed_at": "2025-03-01T10:00:00Z",
            "total": "49.90",
            "currency": "PLN",
            "items": [{"product_id": "P-1", "name": "Krzesło"}],
        }
        who = number if person is None else person
        customer = {"id": f"c-{who}", "email": f"person-{who}@example.com"}
        event_type = fields.pop("type", "order.placed")
        return {"type": event_type, "customer": customer, "order": order | fields}

    return make


@pytest.fixture
def an_import(store: Store) -> Callable[..., Import]:
    """An import of these lines whose rows are all there; it runs unless it is to be rehearsed."""

    def made(
        lines: Sequence[dict[str, Any]], *, kind: str = "customers", rehearse: bool = False, of: Store = store
    ) -> Import:
        body = "\n".join(json.dumps(line) for line in lines).encode()
        shape = recognise(body, kind=Kind(kind), is_whole=True)
        begun = begin(
            of, kind=ImportKind(kind), source=Source.FILE, now=timezone.now(), is_rehearsal=rehearse
        )
        for _ in receive_rows(begun, rows(BytesIO(body), shape, kind=Kind(kind)), now=timezone.now()):
            pass
        return close(begun, now=timezone.now())

    return made


@pytest.fixture
def work_off() -> Callable[..., int]:
    """Take steps until there is nothing to do, or so many; how many there were."""

    def work(at_most: int = 1000) -> int:
        for number in range(at_most):
            if not step(timezone.now()):
                return number
        return at_most

    return work


@pytest.fixture
def rehearsed(an_import: Callable[..., Import], work_off: Callable[..., int]) -> Callable[..., Counts]:
    """The numbers of a rehearsal of these lines."""

    def rehearse(lines: Sequence[dict[str, Any]], **options: Any) -> Counts:
        found = an_import(lines, rehearse=True, **options)
        work_off()
        found.refresh_from_db()
        assert found.state == "rehearsed"
        return found.numbers

    return rehearse


@pytest.fixture
def run(an_import: Callable[..., Import], work_off: Callable[..., int]) -> Callable[..., Import]:
    """The import of these lines, worked off as far as it goes."""

    def made(lines: Sequence[dict[str, Any]], **options: Any) -> Import:
        found = an_import(lines, **options)
        work_off()
        found.refresh_from_db()
        return found

    return made


@pytest.fixture
def verdicts() -> Callable[[Import], list[tuple[int, str, str]]]:
    """Row, verdict and code of every row that is not sent."""

    def found(of: Import) -> list[tuple[int, str, str]]:
        parts = of.all_parts.exclude(verdicts=None).order_by("number")
        listed = [verdict for part in parts for verdict in unpack_verdicts(part.verdicts)]
        return [(one.row, one.verdict.value, one.code) for one in listed]

    return found


@pytest.fixture
def queued() -> Callable[[], list[str]]:
    """The event ids of all that waits as history, behind the number of the import."""

    def found() -> list[str]:
        waiting = Message.objects.filter(kind="history", done_at=None).order_by("pk")
        return [name.rpartition("-")[2] for name in waiting.values_list("event_id", flat=True)]

    return found
