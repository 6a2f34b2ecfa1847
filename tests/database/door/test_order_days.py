"""`POST /api/v1/order-days`: the shop's own orders, a whole day at a time."""

from collections.abc import Callable
from typing import Any

import pytest

from ebexo.outbox.models import Message
from ebexo.reconciliation.models import OrderDay, ShopOrder
from ebexo.stores.models import Store

pytestmark = pytest.mark.django_db
ORDER = {"number": "1042", "total": "298.98", "currency": "PLN", "placed_at": "2026-11-22T10:00:00+01:00"}


def _day(*orders: dict[str, Any], date: Any = "2026-11-22") -> dict[str, Any]:
    return {"days": [{"date": date, "orders": list(orders)}]}


@pytest.fixture
def tell_days(store: Store, call: Callable[..., Any]) -> Callable[..., Any]:
    def post(body: Any, *, of: Any = store) -> Any:
        return call("POST", "/order-days", body, Authorization=f"Bearer {of.api_key}")

    return post


def test_day_is_kept_and_the_answer_names_what_was_never_told(
    store: Store, tell_days: Callable[..., Any], tell: Callable[..., Message]
) -> None:
    tell(1, type="order.placed", order={"number": "1041", "total": "10.00"})
    told = {"number": "1041", "total": 10, "currency": "pln"}

    answer = tell_days(_day(told, ORDER))

    assert (answer.status_code, answer.json()) == (
        200,
        {"days": [{"date": "2026-11-22", "orders": 2, "missing": ["1042"]}]},
    )
    rows = ShopOrder.objects.order_by("pk").values_list("day__store", "number", "total", "currency")
    assert list(rows) == [(store.pk, "1041", "10", "PLN"), (store.pk, "1042", "298.98", "PLN")]
    assert Message.objects.count() == 1


def test_call_made_again_changes_nothing(tell_days: Callable[..., Any]) -> None:
    tell_days(_day(ORDER))
    before = list(ShopOrder.objects.values())

    answer = tell_days(_day(ORDER))

    assert answer.status_code == 200
    assert list(ShopOrder.objects.values()) == before


def test_days_belong_to_the_store_of_the_key(
    store: Store, other_store: Store, tell_days: Callable[..., Any], tell: Callable[..., Message]
) -> None:
    tell(1, type="order.placed", order={"number": "1042", "total": "10.00"})
    tell_days(_day(ORDER))

    answer = tell_days(_day(), of=other_store)

    assert answer.json() == {"days": [{"date": "2026-11-22", "orders": 0, "missing": []}]}
    assert list(OrderDay.objects.order_by("pk").values_list("store", "orders__number")) == [
        (store.pk, "1042"),
        (other_store.pk, None),
    ]


def test_signed_call_is_taken_too(
    store: Store, call: Callable[..., Any], signed: Callable[..., dict[str, str]]
) -> None:
    body = _day(ORDER)

    assert call("POST", "/order-days", body, **signed(body)).status_code == 200


WRONG = [
    ({}, "/days"),
    ({"days": []}, "/days"),
    ({"days": [{"date": "2026-11-22", "orders": []}] * 32}, "/days"),
    ({**_day(), "more": 1}, "/more"),
    (_day(date="22.11.2026"), "/days/0/date"),
    (_day(date=20260101), "/days/0/date"),
    ({"days": [{"date": "2026-11-22"}]}, "/days/0/orders"),
    (_day({**ORDER, "number": " "}), "/days/0/orders/0/number"),
    (_day({**ORDER, "total": "much"}), "/days/0/orders/0/total"),
    (_day({**ORDER, "total": "-1"}), "/days/0/orders/0/total"),
    (_day({**ORDER, "currency": None}), "/days/0/orders/0/currency"),
    (_day({**ORDER, "placed_at": "2026-11-22T10:00:00"}), "/days/0/orders/0/placed_at"),
    (_day({**ORDER, "placed_at": "2026-11-22T23:30:00Z"}), "/days/0/orders/0/placed_at"),
    (_day({**ORDER, "note": "x"}), "/days/0/orders/0/note"),
    (_day(ORDER, ORDER), "/days/0/orders/1/number"),
    ({"days": [*_day()["days"], *_day()["days"]]}, "/days/1/date"),
]


@pytest.mark.parametrize(("body", "pointer"), WRONG)
def test_field_at_fault_is_named_and_nothing_is_kept(
    tell_days: Callable[..., Any], body: dict[str, Any], pointer: str
) -> None:
    answer = tell_days(body)

    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert OrderDay.objects.count() == 0


@pytest.mark.parametrize("body", [b"", b"no json", b"[1]"])
def test_body_that_is_no_such_object_is_turned_down(tell_days: Callable[..., Any], body: bytes) -> None:
    answer = tell_days(body)

    assert answer.status_code in (400, 422)
    assert answer["Content-Type"] == "application/problem+json"


def test_call_without_a_key_keeps_nothing(call: Callable[..., Any], store: Store) -> None:
    assert call("POST", "/order-days", _day(ORDER)).status_code == 401
    assert OrderDay.objects.count() == 0
