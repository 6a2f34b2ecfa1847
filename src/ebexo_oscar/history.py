"""What the shop knows from before: its customers and its past orders, for `ebexo.history`."""

import logging
from collections.abc import Callable, Iterator
from typing import Any

from django.utils import timezone

from ebexo.history import sources
from ebexo.history.reading import Kind, Problem, ProblemCode, Row, judged_row
from ebexo_oscar import past_customers, past_orders

log = logging.getLogger("ebexo_oscar")


class OscarShop:
    """The shop as a source of history. It is read in batches, so memory does not grow with it."""

    def count(self, kind: Kind) -> int:
        """How many rows there are."""
        return past_customers.count() if kind is Kind.CUSTOMERS else past_orders.count()

    def rows(self, kind: Kind, after: str | None = None) -> Iterator[tuple[str, Row]]:
        """Customers and then guests, or orders, each with its place; numbered from 1.

        A record that the shop's own functions can't describe becomes a row with a problem, and the log says why.
        """
        found = past_customers.records if kind is Kind.CUSTOMERS else past_orders.records
        now = timezone.now()
        for number, record in enumerate(found(after), start=1):
            told = _described(record.describe)
            if told is None:
                problem = Problem("", ProblemCode.RECORD_FAILED)
                yield record.place, Row(number, None, (problem,), (), record.cells)
            else:
                yield record.place, judged_row(number, told, now=now, cells=record.cells)


def register() -> None:
    """From now on history can be read from this shop. Called once, when the app is ready."""
    sources.register(OscarShop())


def _described(describe: Callable[[], dict[str, Any]]) -> dict[str, Any] | None:
    try:
        return {name: value for name, value in describe().items() if name != "id"}
    except Exception:
        log.exception("ebexo_oscar: a record of the shop's history could not be described")
        return None
