"""Between the commit of an order and the telling of it anything may happen, a crash as well as the next event."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from oscar.core.loading import get_model

from ebexo.outbox.models import Message
from ebexo_oscar import consents, order_steps, orders
from ebexo_oscar.models import KeptEvent

pytestmark = pytest.mark.usefixtures("store")


@pytest.fixture
def buy_and_crash(at_the_summary: Any) -> Callable[..., Any]:
    """Places an order whose transaction is committed, and nothing after it is done."""

    def bought(browser: Client, *, email: str | None = None, **fields: str) -> Any:
        at_the_summary(browser, email=email)
        browser.post("/checkout/preview/", {"action": "place_order"} | fields)
        order = get_model("order", "Order").objects.order_by("pk").last()
        assert KeptEvent.objects.filter(event_id=f"order-{order.number}-placed").exists()
        return order

    return bought


@pytest.fixture
def told_of_sales(told: Any) -> Callable[[], list[tuple[str, str]]]:
    """Type and id of every event that is about an order, or follows one here."""
    types = ("order.placed", "order.cancelled", "order.paid", "customer.logged_in", "consent.changed")
    return lambda: [(event["type"], event["id"]) for event in told() if event["type"] in types]


def placed(order: Any) -> tuple[str, str]:
    return "order.placed", f"order-{order.number}-placed"


def set_status(order: Any, status: str) -> None:
    order.refresh_from_db()
    order.set_status(status)


def test_order_that_a_crash_left_untold_is_told_whole_by_the_sweep_and_once(
    buy_and_crash: Any, told: Any, marketing: Any, sweep_a_minute_later: Any, vase: Any
) -> None:
    order = buy_and_crash(Client(), email="anna@example.com", consent_marketing="on")
    assert told() == []

    swept = [sweep_a_minute_later(), sweep_a_minute_later()]

    (event,) = told()
    assert (swept, KeptEvent.objects.count()) == ([1, 0], 0)
    assert event["occurred_at"] == order.date_placed.isoformat().replace("+00:00", "Z")
    assert event["customer"]["address"]["city"] == "Łódź"
    assert [answer["code"] for answer in event["consents"]] == ["marketing"]
    assert event["order"]["items"][0]["product_id"] == str(vase.pk)
    assert event["order"]["payment_method"] == "Płatność przy odbiorze"


def test_what_a_crash_left_is_told_with_the_next_order_if_the_sweep_was_not_sooner(
    buy_and_crash: Any, at_the_summary: Any, committed: Any, told_of_sales: Any
) -> None:
    first = buy_and_crash(Client(), email="anna@example.com")
    KeptEvent.objects.update(tried_at="2026-11-01T10:00:00Z")
    browser = at_the_summary(Client(), email="adam@example.com")

    with committed():
        browser.post("/checkout/preview/", {"action": "place_order"})

    second = get_model("order", "Order").objects.order_by("pk").last()
    assert told_of_sales() == [placed(second), placed(first)]


def test_fresh_order_is_left_to_its_own_commit(buy_and_crash: Any) -> None:
    from ebexo_oscar.writing import write_kept

    buy_and_crash(Client(), email="anna@example.com")

    assert (write_kept(), KeptEvent.objects.count()) == (0, 1)


def test_order_says_what_it_said_when_it_was_placed(
    buy_and_crash: Any, told: Any, sweep_a_minute_later: Any
) -> None:
    order = buy_and_crash(Client(), email="anna@example.com")
    basket_id = order.basket_id
    order.total_incl_tax, order.guest_email = Decimal("1.00"), "other@example.com"
    order.save()
    order.basket.delete()

    sweep_a_minute_later()

    (event,) = told()
    assert event["customer"]["email"] == "anna@example.com"
    assert (event["order"]["total"], event["order"]["cart_id"]) == ("103.99", str(basket_id))


def test_order_that_was_deleted_before_it_was_told_is_told_as_far_as_it_was_kept(
    buy_and_crash: Any, told: Any, sweep_a_minute_later: Any
) -> None:
    order = buy_and_crash(Client(), email="anna@example.com")
    number = order.number
    order.delete()

    sweep_a_minute_later()

    (event,) = told()
    assert event["customer"] == {"email": "anna@example.com"}
    assert (event["order"]["number"], event["order"]["total"]) == (number, "103.99")
    assert "items" not in event["order"]


def test_cancellation_soon_after_comes_after_its_order(
    buy_and_crash: Any, told_of_sales: Any, committed: Any
) -> None:
    order = buy_and_crash(Client(), email="anna@example.com")

    with committed():
        set_status(order, "Anulowane")

    assert told_of_sales() == [placed(order), ("order.cancelled", f"order-{order.number}-cancelled")]


def test_payment_soon_after_comes_after_its_order(
    buy_and_crash: Any, told_of_sales: Any, committed: Any
) -> None:
    order = buy_and_crash(Client(), email="anna@example.com")
    paid = get_model("order", "PaymentEventType").objects.create(code="paid", name="Opłacone")

    with committed():
        order.payment_events.create(event_type=paid, amount=Decimal("103.99"))

    assert told_of_sales() == [placed(order), ("order.paid", f"order-{order.number}-paid")]


def test_login_soon_after_comes_after_the_order(
    register: Any, buy_and_crash: Any, told_of_sales: Any, committed: Any
) -> None:
    order = buy_and_crash(register())

    with committed():
        login = {"login-username": "ewa@example.com", "login-password": "bardzo-tajne-1", "login_submit": "1"}
        Client().post("/accounts/login/", login)

    assert [kind for kind, _ in told_of_sales()] == ["order.placed", "customer.logged_in"]
    assert told_of_sales()[0] == placed(order)


def test_consent_told_in_the_order_s_own_transaction_comes_after_it(
    register: Any, marketing: Any, at_the_summary: Any, told_of_sales: Any, committed: Any
) -> None:
    browser = at_the_summary(register())
    user = User.objects.get()

    with committed(), transaction.atomic():
        browser.post("/checkout/preview/", {"action": "place_order"})
        consents.changed(user, {"marketing": True})

    assert [kind for kind, _ in told_of_sales()] == ["order.placed", "consent.changed"]


def test_address_changed_soon_after_does_not_part_the_order_from_its_person(
    register: Any, buy_and_crash: Any, told: Any, committed: Any
) -> None:
    buy_and_crash(register())
    user = User.objects.get()

    with committed():
        user.email = "new@example.com"
        user.save()

    order, change = told()[-2:]
    assert (order["type"], order["customer"]["email"]) == ("order.placed", "ewa@example.com")
    assert (change["type"], change["customer"]["email"]) == ("customer.updated", "new@example.com")
    assert change["customer"]["previous_email"] == "ewa@example.com"


def test_order_of_somebody_erased_soon_after_is_withheld_and_not_forgotten(
    register: Any, buy_and_crash: Any, committed: Any
) -> None:
    order = buy_and_crash(register())

    with committed():
        User.objects.all().delete()

    rows = Message.objects.order_by("pk").values_list("type", "state", "reason")
    assert [row for row in rows if row[0] != "customer.registered"] == [
        ("order.placed", "withheld", "erased"),
        ("customer.erased", "withheld", "never_sent"),
    ]
    assert (Message.objects.filter(event_id=placed(order)[1]).count(), KeptEvent.objects.count()) == (1, 0)


def test_event_that_was_told_in_other_words_is_not_kept_for_ever(
    buy_and_crash: Any, told: Any, sweep_a_minute_later: Any
) -> None:
    order = buy_and_crash(Client(), email="anna@example.com")
    again = order_steps.placed(order).event()
    again["order"]["total"] = "1.00"
    from ebexo.ingest.receive import receive
    from ebexo.storefront.shop import store

    receive(store(), again)

    assert (sweep_a_minute_later(), KeptEvent.objects.count(), len(told())) == (0, 0, 1)


def test_order_adds_one_statement_to_its_transaction_and_the_same_again_adds_nothing(
    buy_and_crash: Any, settings: Any
) -> None:
    order = buy_and_crash(Client(), email="anna@example.com")
    settings.EBEXO = {name: value for name, value in settings.EBEXO.items() if name != "CONSENTS"}

    with CaptureQueriesContext(connection) as statements:
        orders.placed(order)

    assert [entry["sql"].split()[:3] for entry in statements] == [["INSERT", "INTO", "ebexo_oscar_keptevent"]]
    assert KeptEvent.objects.count() == 1
