"""What the shop remembers of its customers and orders, as history."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from oscar.core.loading import get_model

from ebexo.history import sources
from ebexo.history.reading import Kind, Note, Problem, ProblemCode, Row
from ebexo.outbox.models import Message
from ebexo_oscar import past_customers, past_orders
from ebexo_oscar.history import OscarShop

pytestmark = pytest.mark.usefixtures("store")
MAY = datetime(2025, 5, 1, 10, 0, tzinfo=UTC)


@pytest.fixture
def order(vase: Any) -> Callable[..., Any]:
    """Writes an order of one vase into the shop's tables, as if it had been there for long."""

    def written(number: str, **fields: Any) -> Any:
        address = get_model("order", "ShippingAddress").objects.create(
            first_name="Anna",
            last_name="Zielińska",
            line1="ul. Polna 1",
            line4="Łódź",
            postcode="90-001",
            country_id="PL",
        )
        money = {"total_incl_tax": Decimal(89), "total_excl_tax": Decimal(89), "currency": "PLN"}
        made = get_model("order", "Order").objects.create(
            number=number, date_placed=MAY, shipping_address=address, status="Nowe", **money, **fields
        )
        made.lines.create(
            product=vase,
            title="Wazon Kalina",
            partner_sku="W-1",
            num_allocated=0,
            allocation_cancelled=False,
            quantity=1,
            unit_price_incl_tax=Decimal(89),
            line_price_incl_tax=Decimal(89),
            line_price_excl_tax=Decimal(89),
            line_price_before_discounts_incl_tax=Decimal(89),
            line_price_before_discounts_excl_tax=Decimal(89),
        )
        return made

    return written


@pytest.fixture
def ewa() -> Any:
    return User.objects.create_user(
        "ewa", "ewa@example.com", "bardzo-tajne-1", first_name="Ewa", date_joined=MAY
    )


def found(kind: Kind, after: str | None = None) -> list[tuple[str, Row]]:
    return list(OscarShop().rows(kind, after))


def test_the_shop_registers_itself():
    assert isinstance(sources.shop(), OscarShop)


def test_customers_without_orders_and_guests_are_told(ewa, order):
    order("1", guest_email="Gosc@example.com")
    newest = order("2", guest_email="gosc@example.com")

    rows = found(Kind.CUSTOMERS)

    of_ewa = {
        "id": str(ewa.pk), "email": "ewa@example.com", "first_name": "Ewa", "last_name": None, "phone": None,
        "company": None, "address": None, "birth_date": None, "language": None,
        "created_at": "2025-05-01T10:00:00+00:00",
    }  # fmt: skip
    of_guest = {
        "email": "gosc@example.com",
        "first_name": "Anna",
        "last_name": "Zielińska",
        "phone": "",
        "address": {
            "street": "ul. Polna 1",
            "postal_code": "90-001",
            "city": "Łódź",
            "region": "",
            "country": "PL",
        },
    }
    assert rows == [
        (f"user:{ewa.pk}", Row(1, _update(of_ewa), (), (), ("ewa@example.com",))),
        (f"guest:{newest.pk}", Row(2, _update(of_guest), (), (), ("gosc@example.com",))),
    ]
    assert OscarShop().count(Kind.CUSTOMERS) == 2


def _update(customer: dict[str, Any]) -> dict[str, Any]:
    return {"type": "customer.updated", "customer": customer}


def test_staff_and_accounts_switched_off_or_without_an_address_are_left_out():
    User.objects.create_superuser("szef", "szef@example.com", "bardzo-tajne-1")
    User.objects.create_user("byla", "byla@example.com", is_active=False)
    User.objects.create_user("niema", "")

    assert (found(Kind.CUSTOMERS), OscarShop().count(Kind.CUSTOMERS)) == ([], 0)


def test_a_placeholder_for_a_birth_date_is_left_out_with_a_note(ewa):
    from demo.people.models import Profile

    Profile.objects.update_or_create(user=ewa, defaults={"birth_date": "1900-01-01"})

    [(_, row)] = found(Kind.CUSTOMERS)

    assert row.notes == (Note.BIRTH_DATE,)
    assert row.told is not None
    assert "birth_date" not in row.told["customer"]


def test_a_customer_whom_the_shop_can_not_describe_spoils_nobody_else(ewa, settings, monkeypatch):
    User.objects.create_user("ola", "ola@example.com")

    def describe(user: Any) -> dict[str, Any]:
        if user.pk == ewa.pk:
            raise RuntimeError("theirs")
        return {"email": user.email}

    monkeypatch.setattr(
        "ebexo_oscar.customers.function", lambda name: describe if name == "CUSTOMER" else None
    )

    rows = [row for _, row in found(Kind.CUSTOMERS)]

    assert rows == [
        Row(1, None, (Problem("", ProblemCode.RECORD_FAILED),), (), ("ewa@example.com",)),
        Row(2, _update({"email": "ola@example.com"}), (), (), ("ola@example.com",)),
    ]


def test_an_address_that_is_none_is_a_problem():
    User.objects.create_user("zla", "zla@example")

    assert [row.problems for _, row in found(Kind.CUSTOMERS)] == [
        (Problem("customer.email", ProblemCode.EMAIL),)
    ]


def outcomes() -> list[tuple[str, str, str, str | None]]:
    events = [row.told for _, row in found(Kind.ORDERS) if row.told]
    return [
        (event["type"], event["occurred_at"], event["order"]["total"], event["order"].get("return_number"))
        for event in events
    ]


@pytest.fixture
def payment_types() -> dict[str, Any]:
    kinds = get_model("order", "PaymentEventType").objects
    return {code: kinds.create(code=code, name=code) for code in ("paid", "returned")}


def test_an_order_is_told_whole_with_its_own_date(order, vase):
    made = order("1", guest_email="gosc@example.com")

    rows = found(Kind.ORDERS)

    guest = {
        "email": "gosc@example.com",
        "first_name": "Anna",
        "last_name": "Zielińska",
        "phone": "",
        "address": {
            "street": "ul. Polna 1",
            "postal_code": "90-001",
            "city": "Łódź",
            "region": "",
            "country": "PL",
        },
    }
    item = {
        "product_id": str(vase.pk),
        "sku": "W-1",
        "variant_id": None,
        "name": "Wazon Kalina",
        "quantity": 1,
        "unit_price": "89.00",
    }
    facts = {
        "number": "1",
        "cart_id": None,
        "placed_at": "2025-05-01T10:00:00+00:00",
        "total": "89.00",
        "currency": "PLN",
        "shipping_method": None,
        "items": [item],
        "payment_method": "Płatność przy odbiorze",
        "discount_codes": [],
    }
    placed = {
        "type": "order.placed",
        "occurred_at": "2025-05-01T10:00:00+00:00",
        "customer": guest,
        "order": facts,
    }
    assert rows == [(str(made.pk), Row(1, placed, (), (), ("1", "gosc@example.com")))]
    assert OscarShop().count(Kind.ORDERS) == 1


def test_an_order_that_was_called_off_is_told_so_as_of_then(order):
    made = order("1", guest_email="gosc@example.com")
    made.status_changes.create(old_status="Nowe", new_status="Anulowane")
    made.status_changes.update(date_created=MAY + timedelta(days=1))

    assert outcomes() == [("order.cancelled", "2025-05-02T10:00:00+00:00", "89.00", None)]


@pytest.mark.parametrize(
    ("status", "event_type", "number"),
    [
        ("Anulowane", "order.cancelled", None),
        ("Zwrócone", "order.returned", "1"),
        ("Wysłane", "order.placed", None),
    ],
)
def test_a_status_that_came_about_without_a_record_is_told_as_of_the_order(order, status, event_type, number):
    type(order("1", guest_email="gosc@example.com")).objects.update(status=status)

    assert outcomes() == [(event_type, "2025-05-01T10:00:00+00:00", "89.00", number)]


def test_an_order_is_paid_once_its_payments_cover_it(order, payment_types):
    made = order("1", guest_email="gosc@example.com")
    made.payment_events.create(event_type=payment_types["paid"], amount=40)
    in_part = outcomes()
    made.payment_events.create(event_type=payment_types["paid"], amount=49)

    assert in_part == [("order.placed", "2025-05-01T10:00:00+00:00", "89.00", None)]
    assert outcomes() == [("order.paid", "2025-05-01T10:00:00+00:00", "89.00", None)]


def test_an_order_is_given_back_once_all_of_the_money_is(order, payment_types):
    made = order("1", guest_email="gosc@example.com")
    made.payment_events.create(event_type=payment_types["returned"], amount=10)
    in_part = outcomes()
    last = made.payment_events.create(event_type=payment_types["returned"], amount=79)

    assert [event_type for event_type, *_ in in_part] == ["order.placed"]
    assert [(event_type, number) for event_type, _, _, number in outcomes()] == [
        ("order.returned", str(last.pk))
    ]


def test_an_order_of_nobody_is_a_problem(order):
    order("1")

    assert [row.problems for _, row in found(Kind.ORDERS)] == [
        (Problem("customer.email", ProblemCode.EMAIL),)
    ]


def test_reading_goes_on_behind_any_place(ewa, order, monkeypatch):
    for module in (past_customers, past_orders):
        monkeypatch.setattr(module, "BATCH", 2)
    monkeypatch.setattr(past_customers, "AT_ONCE", 3)
    for number in range(5):
        User.objects.create_user(f"u{number}", f"u{number}@example.com")
        order(str(number), guest_email=f"g{number}@example.com")

    for kind, count in ((Kind.CUSTOMERS, 11), (Kind.ORDERS, 5)):
        places = [place for place, _ in found(kind)]
        assert len(set(places)) == count
        for index, place in enumerate(places):
            assert [behind for behind, _ in found(kind, after=place)] == places[index + 1 :]


def test_reading_tells_nobody(ewa, order):
    order("1", guest_email="gosc@example.com")
    before = Message.objects.count()

    found(Kind.CUSTOMERS)
    found(Kind.ORDERS)

    assert Message.objects.count() == before


def test_reading_the_customers_asks_little(ewa, django_assert_max_num_queries):
    for number in range(20):
        User.objects.create_user(f"u{number}", f"u{number}@example.com")

    with django_assert_max_num_queries(21 * 2 + 4):
        found(Kind.CUSTOMERS)
