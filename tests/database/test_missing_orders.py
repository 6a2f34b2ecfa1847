"""How many orders are missing is kept by day, and said without comparing anything."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ebexo.outbox.models import Message
from ebexo.platform import upkeep
from ebexo.reconciliation import missing, tasks
from ebexo.reconciliation.comparing import Ordered
from ebexo.reconciliation.models import OrderDay, Source, Task
from ebexo.reconciliation.telling import Day, tell_days
from ebexo.stores.models import Store

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 2)
NOW = datetime(2026, 11, 2, 10, tzinfo=UTC)
LATER = NOW + missing.COUNTED_EVERY

Has = Callable[..., None]


@pytest.fixture
def shop_has(store: Store) -> Has:
    """Let the shop tell that it has these orders, and no others, on a day."""

    def tell(*numbers: str, day: date = TODAY, now: datetime = NOW) -> None:
        orders = [Ordered(number, Decimal(10), "PLN") for number in numbers]
        tell_days(store.pk, [Day(day, orders)], source=Source.API, now=now)

    return tell


def _missing(store: Store, *, today: date = TODAY) -> int:
    return missing.missing_of_last_days(store.pk, today=today)


def test_a_day_is_counted_when_the_shop_tells_it(shop: Any, other_store: Store, shop_has: Has) -> None:
    shop.order(number="1001")

    shop_has("1001", "1002", "1003")

    assert (_missing(shop.store), _missing(other_store)) == (2, 0)
    assert OrderDay.objects.get().counted_at == NOW


def test_seven_days_count_today_being_the_last(store: Store, shop_has: Has) -> None:
    for back in (0, 6, 7):
        shop_has(f"order-{back}", day=TODAY - timedelta(days=back))

    assert _missing(store) == 2
    assert _missing(store, today=TODAY + timedelta(days=1)) == 1


def test_the_number_is_one_look_into_an_index(store: Store, shop_has: Has) -> None:
    shop_has("1001")

    with CaptureQueriesContext(connection) as captured:
        _missing(store)

    (query,) = captured.captured_queries
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {query['sql']}")
            (step,) = [row[3] for row in cursor.fetchall()]
        assert "USING INDEX" in step
        assert step.endswith("(store_id=? AND day>? AND day<?)")


def test_what_was_told_meanwhile_is_found_after_two_minutes_and_not_before(shop: Any, shop_has: Has) -> None:
    shop_has("1001", "1002")
    shop.order(number="1001")

    too_early = missing.count_one(LATER - timedelta(seconds=1))
    before = _missing(shop.store)
    in_time = missing.count_one(LATER)

    assert (too_early, before, in_time, _missing(shop.store)) == (False, 2, True, 1)
    assert not missing.count_one(LATER)


def test_days_on_which_nothing_is_missing_are_not_counted_again(shop: Any, shop_has: Has) -> None:
    shop.order(number="1001")
    shop_has("1001")

    with CaptureQueriesContext(connection) as captured:
        shop_has("1001", now=LATER)
    again = missing.count_one(LATER)

    assert not again
    assert not [query for query in captured.captured_queries if "ebexo_outbox_message" in query["sql"]]


def test_a_day_told_anew_is_counted_anew(shop: Any, shop_has: Has) -> None:
    shop.order(number="1001")
    shop_has("1001")

    shop_has("1001", "1002", now=LATER)

    assert _missing(shop.store) == 1


def test_what_was_found_does_not_replace_what_the_shop_told_meanwhile(store: Store, shop_has: Has) -> None:
    shop_has("1001", "1002")
    seen = OrderDay.objects.get()

    shop_has("1001", now=LATER)
    OrderDay.objects.update(missing=5)
    missing.count(seen, now=LATER)

    assert _missing(store) == 5


def test_orders_that_the_shop_was_asked_for_are_counted_as_soon_as_it_has_told_them(
    shop: Any, shop_has: Has
) -> None:
    shop_has("1001", "1002")
    tasks.ask_to_send(shop.store.pk, ["1001", "1002"], now=NOW)
    shop.order(number="1001")

    tasks.finish(Task.objects.get(), outcome={"sent": 1}, now=NOW)

    assert _missing(shop.store) == 1


def test_every_night_the_last_days_are_counted_whatever_was_found_before(shop: Any, shop_has: Has) -> None:
    today = timezone.localdate()
    shop.order(number="1001")
    shop_has("1001", day=today)
    Message.objects.all().delete()
    before = _missing(shop.store, today=today)

    for _step in upkeep.nightly():
        pass

    assert (before, _missing(shop.store, today=today)) == (0, 1)


def test_counts_and_imports_are_worked_off_beside_the_sending(
    store: Store, shop_has: Has, monkeypatch: pytest.MonkeyPatch
) -> None:
    imports = iter([True, False, False])
    monkeypatch.setattr(upkeep, "import_step", lambda now: next(imports))
    shop_has("1001")

    assert [upkeep.beside(now) for now in (NOW, LATER, LATER)] == [True, True, False]
