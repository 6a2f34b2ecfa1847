"""The shop's own orders against what it told: what is missing is found, whatever our own tables say."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from ebexo.outbox.models import Message
from ebexo.reconciliation import tasks
from ebexo.reconciliation.comparing import Known, Ordered, Standing, Sum
from ebexo.reconciliation.days import compared_days, missing_numbers
from ebexo.reconciliation.models import OrderDay, ShopOrder, Source, Task
from ebexo.reconciliation.standings import _MESSAGES, standings
from ebexo.reconciliation.telling import Day, tell_days
from ebexo.stores.models import Store

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 1)
NOW = datetime(2026, 11, 2, 10, tzinfo=UTC)


def _tell(store: Store, *orders: tuple[str, str], day: date = DAY) -> None:
    told = [Ordered(number, Decimal(total), "PLN") for number, total in orders]
    tell_days(store.pk, [Day(day, told)], source=Source.API, now=NOW)


def _known(store: Store, *numbers: str) -> dict[str, Standing]:
    return {number: known.standing for number, known in standings(store.pk, numbers).items()}


def test_each_order_stands_as_it_stands_in_the_outbox(shop: Any) -> None:
    shop.order(number="1001")
    shop.deliver()
    shop.vendor.faults = ["refused"] * 6
    shop.order(number="1002", email="ewa@example.com")
    shop.deliver()
    shop.vendor.faults = []
    shop.order(number="1003", email="ola@example.com")

    assert _known(shop.store, "1001", "1002", "1003", "1004") == {
        "1001": Standing.ACKNOWLEDGED,
        "1002": Standing.FAILED,
        "1003": Standing.WAITING,
    }


def test_withheld_order_keeps_its_reason(shop: Any, with_settings: Callable[..., Any]) -> None:
    with_settings(active=False)
    message = shop.order(number="1001")

    known = standings(shop.store.pk, ["1001"])

    assert known == {"1001": Known(Standing.WITHHELD, "integration_off", message.pk)}


def test_purchase_stays_acknowledged_when_its_message_is_long_gone(shop: Any) -> None:
    message = shop.order(number="1001", total="100.00")
    shop.deliver()
    Message.objects.filter(store=shop.store).delete()

    known = standings(shop.store.pk, ["1001"])

    assert known == {"1001": Known(Standing.ACKNOWLEDGED, None, message.pk, Decimal("100.00"))}


def test_order_deleted_from_our_tables_is_missing(shop: Any) -> None:
    shop.order(number="1001")
    _tell(shop.store, ("1001", "100.00"))
    before = missing_numbers(shop.store.pk, first=DAY, last=DAY)

    Message.objects.filter(store=shop.store).delete()

    assert (before, missing_numbers(shop.store.pk, first=DAY, last=DAY)) == ([], ["1001"])


def test_order_of_another_store_is_nobody_elses(shop: Any, other_store: Store) -> None:
    shop.order(number="1001")

    assert _known(other_store, "1001") == {}


def test_order_that_was_cancelled_and_never_placed_is_missing(shop: Any) -> None:
    shop.order("cancelled", number="1001")

    assert _known(shop.store, "1001") == {}


def test_order_placed_and_then_paid_stands_by_the_better_of_both(shop: Any, with_settings: Any) -> None:
    with_settings(purchase_counts="paid")
    shop.order(number="1001")
    shop.deliver()
    placed_alone = _known(shop.store, "1001")

    shop.order("paid", number="1001")

    assert (placed_alone, _known(shop.store, "1001")) == (
        {"1001": Standing.WITHHELD},
        {"1001": Standing.WAITING},
    )


def test_day_in_trouble_is_shown_in_count_and_value(shop: Any) -> None:
    for number in ("1001", "1002"):
        shop.order(number=number, total="10.10")
    shop.deliver()
    _tell(shop.store, ("1001", "10.10"), ("1002", "10.30"), ("1003", "5"))

    before, day = compared_days(shop.store.pk, first=DAY, last=DAY + timedelta(days=1))

    assert (before.date, before.told, before.lines) == (DAY + timedelta(days=1), None, ())
    (line,) = day.lines
    assert (line.own, line.told, line.differing) == (Sum(3, Decimal("25.40")), Sum(2, Decimal("20.40")), 1)
    assert line.by_standing[Standing.ACKNOWLEDGED] == Sum(2, Decimal("20.40"))
    assert line.by_standing[Standing.MISSING] == Sum(1, Decimal(5))


def test_day_told_once_more_is_as_it_was_told_last(store: Store) -> None:
    _tell(store, ("1001", "10.00"), ("1002", "20.00"))
    _tell(store, ("1001", "10.00"), day=DAY + timedelta(days=1))
    kept = set(ShopOrder.objects.filter(day__day=DAY).values_list("pk", flat=True))

    _tell(store, ("1002", "20.00"), ("1001", "10.00"))
    unchanged = set(ShopOrder.objects.filter(day__day=DAY).values_list("pk", flat=True))
    _tell(store, ("1002", "21.00"))

    assert unchanged == kept
    assert list(ShopOrder.objects.order_by("pk").values_list("day__day", "number", "total")) == [
        (DAY + timedelta(days=1), "1001", "10.00"),
        (DAY, "1002", "21.00"),
    ]


def test_day_without_orders_is_told_and_empty(store: Store) -> None:
    _tell(store)

    (day,) = compared_days(store.pk, first=DAY, last=DAY)

    assert (day.told is not None, day.lines) == (True, ())


def test_amounts_are_kept_to_the_last_place(store: Store) -> None:
    _tell(store, ("1001", "9999999999998.123456789012345678"))

    (day,) = compared_days(store.pk, first=DAY, last=DAY)

    assert day.lines[0].own == Sum(1, Decimal("9999999999998.123456789012345678"))


def test_shop_is_asked_once_for_the_same(store: Store) -> None:
    counts = [tasks.ask_to_send(store.pk, numbers, now=NOW) for numbers in (["1", "2"], ["2", "3"], ["1"])]
    tasks.ask_for_days(store.pk, first=DAY, last=DAY, now=NOW)
    tasks.ask_for_days(store.pk, first=DAY, last=DAY, now=NOW)

    asked = tasks.open_tasks(store.pk)
    assert counts == [2, 1, 0]
    assert [(task.kind, task.numbers) for task in asked] == [
        ("send", ["1", "2"]),
        ("send", ["3"]),
        ("days", []),
    ]


def test_what_is_done_can_be_asked_for_again(store: Store) -> None:
    tasks.ask_to_send(store.pk, ["1"], now=NOW)
    tasks.finish(tasks.open_tasks(store.pk)[0], outcome={"sent": 1}, now=NOW)

    assert tasks.ask_to_send(store.pk, ["1"], now=NOW) == 1
    done = tasks.last_done(store.pk, Task.Kind.SEND)
    assert done is not None
    assert done.outcome == {"sent": 1}


def test_orders_are_found_by_an_index(shop: Any, on_postgresql: bool) -> None:
    shop.order(number="1001")
    explain = "EXPLAIN" if on_postgresql else "EXPLAIN QUERY PLAN"
    with connection.cursor() as cursor:
        if on_postgresql:
            cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"{explain} {_MESSAGES.format(marks='%s, %s')}", [shop.store.pk, "a", "b"])
        plan = " ".join(str(row) for row in cursor.fetchall())

    assert "ebexo_message_order" in plan


def test_shop_is_noted_once_a_minute(store: Store) -> None:
    now = timezone.now()
    for seconds in (0, 30, 59, 61):
        tasks.note_shop(store.pk, now=now + timedelta(seconds=seconds))

    shop = tasks.connected_shop(store.pk)
    assert shop is not None
    assert shop.seen_at == now + timedelta(seconds=61)


def test_days_of_a_store_go_with_it(store: Store) -> None:
    from ebexo.platform.removing import remove_store

    _tell(store, ("1001", "10.00"))

    remove_store(Store.objects.get(pk=store.pk), now=NOW)

    assert (OrderDay.objects.count(), ShopOrder.objects.count()) == (0, 0)


def test_days_and_what_the_shop_was_asked_for_go_in_time(store: Store) -> None:
    from ebexo.operations.retention import Periods
    from ebexo.operations.sweep import prune
    from ebexo.platform.upkeep import all_sweeps

    _tell(store, ("1001", "10.00"), day=NOW.date() - timedelta(days=400))
    _tell(store, ("1002", "10.00"), day=NOW.date() - timedelta(days=401))
    for days in (30, 31):
        tasks.ask_to_send(store.pk, [str(days)], now=NOW)
        tasks.finish(tasks.open_tasks(store.pk)[0], outcome={}, now=NOW - timedelta(days=days))
    tasks.ask_to_send(store.pk, ["1"], now=NOW - timedelta(days=900))
    kept = Periods(payloads=timedelta(days=30), messages=timedelta(days=400))

    list(prune(sweep for sweep in all_sweeps(now=NOW, kept=kept) if sweep.name.startswith("order_")))

    assert list(ShopOrder.objects.values_list("number", flat=True)) == ["1001"]
    assert [task.numbers for task in Task.objects.order_by("pk")] == [["30"], ["1"]]
