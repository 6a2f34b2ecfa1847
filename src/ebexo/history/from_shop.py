"""Imports whose rows a connected shop tells itself: they are asked for here, and read where the shop runs."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice

from django.db import transaction
from django.db.models import QuerySet

from ebexo.history.models import Import, ImportKind, Source
from ebexo.history.reading import Kind, Row
from ebexo.history.receiving import PART_ROWS, NotReceiving, begin, close, receive_rows
from ebexo.history.sources import ShopSource
from ebexo.history.states import ImportState
from ebexo.stores.models import Store

Told = tuple[str, Row]
"""A row with the place in the shop at which it stands."""


def ask_shop(store: Store, *, kind: ImportKind, now: datetime, begun_by: str = "") -> Import:
    """An import that is rehearsed once the shop has told its rows; the one that waits for them already, if any."""
    with transaction.atomic():
        Store.objects.select_for_update(no_key=True).get(pk=store.pk)
        waiting = _waiting(store.pk).filter(kind=kind).first()
        return waiting or begin(
            store, kind=kind, source=Source.SHOP, now=now, is_rehearsal=True, begun_by=begun_by
        )


def tell_rows(store_id: int, shop: ShopSource, *, now: datetime) -> int:
    """Tell the rows that were asked for; how many imports have all of theirs now.

    Call it in the shop's own process. Whoever is killed in the middle goes on behind the last part on disk; of two
    that tell the same import at once, one gives way.
    """
    return sum(_tell(found, shop, now=now) for found in _waiting(store_id).order_by("pk"))


def _waiting(store_id: int) -> QuerySet[Import]:
    return Import.objects.filter(store_id=store_id, source=Source.SHOP, state=ImportState.RECEIVING)


def _tell(found: Import, shop: ShopSource, *, now: datetime) -> bool:
    after: str | None = found.shape.get("after")
    told: Iterator[Told] = iter(shop.rows(Kind(found.kind), after))
    line = found.line
    try:
        while some := list(islice(told, PART_ROWS)):
            _keep(found, some, after=after, line=line, now=now)
            after = some[-1][0]
        close(found, now=now)
    except NotReceiving:  # cancelled meanwhile, or somebody else is telling it
        return False
    return True


def _keep(found: Import, some: Sequence[Told], *, after: str | None, line: int, now: datetime) -> None:
    """One part, together with the place to go on from. `line`: the rows are counted from there."""
    with transaction.atomic():
        locked = Import.objects.select_for_update(no_key=True).get(pk=found.pk)
        if locked.shape.get("after") != after:
            raise NotReceiving
        for _kept in receive_rows(locked, [row for _place, row in some], now=now, after_line=line):
            pass
        Import.objects.filter(pk=found.pk).update(shape={**locked.shape, "after": some[-1][0]})
