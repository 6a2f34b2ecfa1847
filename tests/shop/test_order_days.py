"""The shop's own order table, told for the reconciliation; what is missing is found there, and sent from there."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.utils import timezone
from oscar.core.loading import get_model

from ebexo.outbox.models import Message
from ebexo.outbox.states import State
from ebexo.reconciliation import tasks
from ebexo.reconciliation.comparing import Standing, Sum
from ebexo.reconciliation.days import compared_days, missing_numbers
from ebexo.reconciliation.models import ConnectedShop, OrderDay, Task
from ebexo_oscar import order_days
from ebexo_oscar.models import OrdersWatch

WARSAW = ZoneInfo("Europe/Warsaw")


@pytest.fixture
def ordered(store: Any, vase: Any) -> Callable[..., Any]:
    """An order in the shop's table, as an import or a restored backup leaves it: nobody is told of it."""

    def placed(number: object, *, at: datetime | None = None, email: str = "", total: str = "89.00") -> Any:
        order = get_model("order", "Order").objects.create(
            number=str(number),
            currency="PLN",
            total_incl_tax=Decimal(total),
            total_excl_tax=Decimal(total),
            guest_email=email or f"guest-{number}@example.com",
            date_placed=at or timezone.now(),
            status="Nowe",
        )
        stock = vase.stockrecords.get()
        order.lines.create(
            partner=stock.partner,
            partner_sku="W-1",
            product=vase,
            stockrecord=stock,
            title="Wazon Kalina",
            quantity=1,
            num_allocated=1,
            allocation_cancelled=False,
            line_price_incl_tax=Decimal(total),
            line_price_excl_tax=Decimal(total),
            line_price_before_discounts_incl_tax=Decimal(total),
            line_price_before_discounts_excl_tax=Decimal(total),
            unit_price_incl_tax=Decimal(total),
            unit_price_excl_tax=Decimal(total),
        )
        return order

    return placed


def _today() -> Any:
    return timezone.now().astimezone(WARSAW).date()


def test_first_look_tells_a_month_and_later_ones_the_last_days(
    store: Any, ordered: Callable[..., Any]
) -> None:
    ordered(1, at=timezone.now() - timedelta(days=20))
    order_days.look()
    first = set(OrderDay.objects.values_list("day", flat=True))
    ordered(2, at=timezone.now() - timedelta(days=10))
    ordered(3)

    order_days.look()

    assert (len(first), min(first), max(first)) == (31, _today() - timedelta(days=30), _today())
    told = OrderDay.objects.exclude(orders=None).order_by("day").values_list("day", "orders__number")
    assert list(told) == [(_today() - timedelta(days=20), "1"), (_today(), "3")]
    assert ConnectedShop.objects.get().store_id == store.pk


def test_day_asked_for_is_told_anew(store: Any, ordered: Callable[..., Any]) -> None:
    order_days.look()
    day = _today() - timedelta(days=10)
    ordered(2, at=timezone.now() - timedelta(days=10))

    tasks.ask_for_days(store.pk, first=day, last=day, now=timezone.now())
    done = order_days.look()

    assert (done, tasks.open_tasks(store.pk)) == (1, [])
    assert OrderDay.objects.get(day=day).orders.get().number == "2"


def test_day_is_that_of_the_stores_time_zone(store: Any, ordered: Callable[..., Any]) -> None:
    ordered(1, at=datetime(2026, 11, 20, 22, 59, tzinfo=UTC))
    ordered(2, at=datetime(2026, 11, 20, 23, 0, tzinfo=UTC))
    first, last = date(2026, 11, 20), date(2026, 11, 21)

    days = list(order_days.own_orders(first=first, last=last, zone=WARSAW))

    assert [(day.date, [order.number for order in day.orders]) for day in days] == [
        (first, ["1"]),
        (last, ["2"]),
    ]


def test_shop_in_trouble_is_mended(store: Any, ordered: Callable[..., Any], committed: Any) -> None:
    """Many withheld, two failed, seven purchases missing, one of which nobody ever told at all."""
    account = store.account
    account.active = False
    account.save()
    for number in range(1000, 1012):
        assert order_days._tell_order(str(ordered(number).number))
    account.active = True
    account.save()
    for number in range(2000, 2008):
        order_days._tell_order(str(ordered(number).number))
    failed = Message.objects.filter(event_id__in=("order-2000-placed", "order-2001-placed"))
    failed.update(state=State.FAILED, reason="refused", done_at=timezone.now())
    Message.objects.filter(event_id__in=[f"order-{number}-placed" for number in range(2002, 2008)]).delete()
    ordered(3000)  # never told at all
    order_days.look()

    missing = missing_numbers(store.pk, first=_today(), last=_today())
    before = compared_days(store.pk, first=_today(), last=_today())[0].lines[0]
    asked = tasks.ask_to_send(store.pk, missing, now=timezone.now())
    with committed():
        order_days.look()
    after = compared_days(store.pk, first=_today(), last=_today())[0].lines[0]

    assert missing == [*(str(number) for number in range(2002, 2008)), "3000"]
    assert asked == 7
    assert before.own == Sum(21, Decimal(89) * 21)
    assert before.by_standing == {
        Standing.ACKNOWLEDGED: Sum(),
        Standing.WAITING: Sum(),
        Standing.WITHHELD: Sum(12, Decimal(89) * 12),
        Standing.FAILED: Sum(2, Decimal(89) * 2),
        Standing.MISSING: Sum(7, Decimal(89) * 7),
    }
    assert after.by_standing == before.by_standing | {
        Standing.WAITING: before.by_standing[Standing.MISSING],
        Standing.MISSING: Sum(),
    }
    done = tasks.last_done(store.pk, Task.Kind.SEND)
    assert done is not None
    assert done.outcome == {"sent": 7, "not_sent": []}


def test_missing_order_is_told_whole_with_every_step(
    store: Any, ordered: Callable[..., Any], told: Callable[[], list[dict[str, Any]]], committed: Any
) -> None:
    order = ordered(3000, email="Ewa@Example.com")
    order.set_status("W realizacji")
    order.set_status("Anulowane")
    Message.objects.all().delete()

    tasks.ask_to_send(store.pk, ["3000"], now=timezone.now())
    with committed():
        order_days.look()

    events = [(event["id"], event["type"], event["customer"]["email"]) for event in told()]
    assert events == [
        ("order-3000-placed", "order.placed", "ewa@example.com"),
        ("order-3000-cancelled", "order.cancelled", "ewa@example.com"),
    ]
    assert told()[0]["order"]["items"][0]["name"] == "Wazon Kalina"


def test_order_that_cannot_be_told_is_named(store: Any, ordered: Callable[..., Any]) -> None:
    order = ordered(3000)
    get_model("order", "Order").objects.filter(pk=order.pk).update(guest_email="")

    tasks.ask_to_send(store.pk, ["3000", "9999"], now=timezone.now())
    order_days.look()

    done = tasks.last_done(store.pk, Task.Kind.SEND)
    assert done is not None
    assert done.outcome == {"sent": 0, "not_sent": ["3000", "9999"]}


def test_sending_twice_tells_once(store: Any, ordered: Callable[..., Any], committed: Any) -> None:
    ordered(3000)
    for _ in range(2):
        tasks.ask_to_send(store.pk, ["3000"], now=timezone.now())
        with committed():
            order_days.look()

    assert Message.objects.filter(event_id="order-3000-placed").count() == 1


def test_shop_that_is_no_store_looks_at_nothing(db: None, settings: Any) -> None:
    settings.EBEXO = {**settings.EBEXO, "STORE": "store-0000000000"}

    assert order_days.look() == 0
    assert OrderDay.objects.count() == 0


def test_sweep_looks_as_well(store: Any, capsys: pytest.CaptureFixture[str]) -> None:
    tasks.ask_for_days(store.pk, first=_today(), last=_today(), now=timezone.now())

    call_command("ebexo_sweep")

    assert "Asked for by the panel and done: 1." in capsys.readouterr().out
    assert OrdersWatch.objects.count() == 1
