"""Orders of an Oscar shop are told whole, in the transaction that makes them, and none is missed."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import checks
from django.db import transaction
from django.test import Client
from django.utils import timezone
from oscar.core.loading import get_class, get_model

from ebexo.contacts.models import Contact
from ebexo.outbox.models import Key, Message
from ebexo_oscar import loading, order_facts, orders
from ebexo_oscar.models import KeptEvent, OrdersWatch

pytestmark = pytest.mark.usefixtures("store")


@pytest.fixture
def buy(at_the_summary: Any, committed: Any) -> Callable[..., Any]:
    """Places an order for a vase, as a guest with `email` or as whoever is logged in; gives the order."""

    def bought(browser: Client, *, email: str | None = None, code: str | None = None, **fields: str) -> Any:
        at_the_summary(browser, email=email)
        if code:
            browser.post("/basket/vouchers/add/", {"code": code})
        with committed():
            browser.post("/checkout/preview/", {"action": "place_order"} | fields)
        return get_model("order", "Order").objects.order_by("pk").last()

    return bought


@pytest.fixture
def of_orders(told: Any) -> Callable[[], list[dict[str, Any]]]:
    return lambda: [event for event in told() if event["type"].startswith("order.")]


@pytest.fixture
def staff(db: None) -> Client:
    """Somebody of the shop, logged in to its dashboard."""
    account: Any = User.objects.create_superuser("staff", "staff@example.com", "bardzo-tajne-1")
    browser = Client()
    browser.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return browser


@pytest.fixture
def payment_types(db: None) -> None:
    for code, name in {"paid": "Opłacone", "returned": "Zwrot"}.items():
        get_model("order", "PaymentEventType").objects.create(code=code, name=name)


@pytest.fixture
def in_dashboard(staff: Client, committed: Any) -> Callable[..., None]:
    """What staff sends from the page of an order."""

    def sent(order: Any, **fields: str) -> None:
        with committed():
            staff.post(f"/dashboard/orders/{order.number}/", fields)

    return sent


@pytest.fixture
def sweep_later(committed: Any) -> Callable[[], int]:
    """The sweep as if the orders, their payments and their statuses were of two minutes ago."""

    def swept() -> int:
        long_ago, before = timezone.now() - timedelta(days=1), timezone.now() - timedelta(minutes=2)
        handle = settings_store()
        OrdersWatch.objects.update_or_create(store=handle, defaults={"since": long_ago})
        get_model("order", "Order").objects.update(date_placed=before)
        get_model("order", "PaymentEvent").objects.update(date_created=before)
        get_model("order", "OrderStatusChange").objects.update(date_created=before)
        with committed():
            return orders.sweep()

    return swept


def settings_store() -> str:
    from ebexo.storefront.shop import store

    return store().handle


def cancel(in_dashboard: Any, order: Any) -> None:
    in_dashboard(order, order_action="change_order_status", new_status="Anulowane")


def give_back(in_dashboard: Any, order: Any, *, quantity: int, amount: str) -> None:
    line = order.lines.get()
    fields = {"line_action": "create_payment_event", "payment_event_type": "returned", "amount": amount}
    in_dashboard(
        order, **fields, selected_line=str(line.pk), **{f"selected_line_qty_{line.pk}": str(quantity)}
    )


def kinds(events: list[dict[str, Any]]) -> list[str]:
    return [event["type"] for event in events]


# Placed


def test_order_is_told_whole(register: Any, buy: Any, vase: Any, of_orders: Any, told: Any) -> None:
    order = buy(register())

    (event,) = of_orders()
    address = {
        "street": "ul. Polna 1",
        "postal_code": "90-001",
        "city": "Łódź",
        "region": "łódzkie",
        "country": "PL",
    }
    placed_at = order.date_placed.isoformat().replace("+00:00", "Z")
    assert event == {
        "id": f"order-{order.number}-placed",
        "type": "order.placed",
        "occurred_at": placed_at,
        "customer": told()[0]["customer"] | {"address": address},
        "order": {
            "number": order.number,
            "total": "103.99",
            "cart_id": str(order.basket_id),
            "placed_at": placed_at,
            "currency": "PLN",
            "items": [
                {"product_id": str(vase.pk), "sku": "W-1", "name": "Wazon Kalina", "unit_price": "89.00"}
            ],
            "payment_method": "Płatność przy odbiorze",
            "shipping_method": "Kurier InPost",
        },
    }


def test_guests_order_is_told_with_what_they_told_in_the_checkout(
    buy: Any, of_orders: Any, store: Any
) -> None:
    buy(Client(), email="Anna@Example.com")

    (event,) = of_orders()
    assert event["customer"] == {
        "email": "anna@example.com",
        "first_name": "Anna",
        "last_name": "Nowak",
        "phone": "+48601202303",
        "address": {
            "street": "ul. Polna 1",
            "postal_code": "90-001",
            "city": "Łódź",
            "region": "łódzkie",
            "country": "PL",
        },
    }


def test_voucher_is_told_by_its_code_and_in_the_total(voucher: Any, buy: Any, of_orders: Any) -> None:
    buy(Client(), email="anna@example.com", code="JESIEN10")

    told = of_orders()[0]["order"]
    assert (told["discount_codes"], told["total"]) == (["JESIEN10"], "95.09")
    assert told["items"][0]["unit_price"] == "89.00"


def test_consent_ticked_beside_the_order_travels_with_it(marketing: Any, buy: Any, told: Any) -> None:
    buy(Client(), email="anna@example.com", consent_marketing="on")

    assert [event["type"] for event in told() if event.get("consents")] == ["order.placed"]
    (answer,) = told()[-1]["consents"]
    assert (answer["code"], answer["granted"], answer["source"]) == ("marketing", True, "checkout")


def test_guest_who_bought_is_remembered_in_their_browser_before_the_order_is_told(
    at_the_summary: Any, committed: Any
) -> None:
    """The page that follows the order asks for the contact id, whether the order is told by then or not."""
    browser = Client()
    browser.cookies["cookie_choice"] = "all"
    at_the_summary(browser, email="anna@example.com")

    with committed():
        browser.post("/checkout/preview/", {"action": "place_order"})
        asks_before = browser.get("/ebexo/smclient").json()["again"]
        people_before = Contact.objects.count()

    assert (people_before, asks_before) == (0, True)
    assert (Contact.objects.count(), browser.get("/ebexo/smclient").json()["again"]) == (1, True)
    Key.objects.update(head_seq=2)
    assert browser.get("/ebexo/smclient").json() == {"again": False, "monitored": True}


def test_order_that_is_rolled_back_is_not_told(buy: Any, of_orders: Any) -> None:
    with transaction.atomic():
        assert buy(Client(), email="anna@example.com") is not None
        assert len(of_orders()) == 1
        transaction.set_rollback(True)

    assert (get_model("order", "Order").objects.count(), of_orders()) == (0, [])


def test_order_and_its_event_are_one_transaction_without_atomic_requests_as_well(
    vase: Any, of_orders: Any
) -> None:
    """A receiver that dies behind ours takes the order along, so the customer can try again."""
    from oscar.apps.order.signals import order_placed

    def die(**kwargs: Any) -> None:
        assert KeptEvent.objects.count() == 1
        raise SystemExit

    order_placed.connect(die)
    try:
        with pytest.raises(SystemExit):
            place_by_hand(vase)
    finally:
        order_placed.disconnect(die)

    counts = [model.objects.count() for model in (get_model("order", "Order"), KeptEvent)]
    assert (counts, of_orders()) == ([0, 0], [])


def place_by_hand(product: Any) -> Any:
    """An order placed in code, without any request."""
    from oscar.apps.shipping.methods import Free

    basket = get_model("basket", "Basket").objects.create()
    basket.strategy = get_class("partner.strategy", "Selector")().strategy()
    basket.add_product(product)
    method = Free()
    charge = method.calculate(basket)
    return get_class("order.utils", "OrderCreator")().place_order(
        basket=basket,
        total=get_class("checkout.calculators", "OrderTotalCalculator")().calculate(basket, charge),
        shipping_method=method,
        shipping_charge=charge,
        guest_email="anna@example.com",
    )


# Steps


def test_cancelled_order_is_told_once(buy: Any, in_dashboard: Any, of_orders: Any) -> None:
    order = buy(Client(), email="anna@example.com")

    cancel(in_dashboard, order)
    cancel(in_dashboard, order)

    placed, cancelled = of_orders()
    assert cancelled == placed | {
        "id": f"order-{order.number}-cancelled",
        "type": "order.cancelled",
        "occurred_at": cancelled["occurred_at"],
    }


def test_status_without_a_meaning_tells_nothing(buy: Any, in_dashboard: Any, of_orders: Any) -> None:
    order = buy(Client(), email="anna@example.com")

    in_dashboard(order, order_action="change_order_status", new_status="W realizacji")

    order.refresh_from_db()
    assert (order.status, kinds(of_orders())) == ("W realizacji", ["order.placed"])


def test_partial_return_is_told_with_its_amount_and_its_items(
    vase: Any, payment_types: None, buy: Any, in_dashboard: Any, of_orders: Any
) -> None:
    browser = Client()
    browser.post(f"/basket/add/{vase.pk}/", {"quantity": "2"})
    order = buy(browser, email="anna@example.com")

    give_back(in_dashboard, order, quantity=1, amount="89.00")
    give_back(in_dashboard, order, quantity=2, amount="150.50")

    first, second = get_model("order", "PaymentEvent").objects.order_by("pk")
    placed, *returned = of_orders()
    item = {"product_id": str(vase.pk), "sku": "W-1", "name": "Wazon Kalina", "unit_price": "89.00"}
    assert returned == [
        placed
        | {
            "id": f"order-{order.number}-returned-{event.pk}",
            "type": "order.returned",
            "occurred_at": event.date_created.isoformat().replace("+00:00", "Z"),
            "order": placed["order"] | {"total": total, "items": [items], "return_number": str(event.pk)},
        }
        for event, total, items in ((first, "89.00", item), (second, "150.50", item | {"quantity": "2"}))
    ]


@pytest.mark.parametrize(("amount", "total"), [("40,50", "40.50"), ("", "89.00")])
def test_staff_write_an_amount_with_a_comma_or_leave_it_to_the_shop(
    vase: Any, payment_types: None, buy: Any, in_dashboard: Any, of_orders: Any, amount: str, total: str
) -> None:
    browser = Client()
    browser.post(f"/basket/add/{vase.pk}/", {"quantity": "2"})
    order = buy(browser, email="anna@example.com")

    give_back(in_dashboard, order, quantity=1, amount=amount)

    assert of_orders()[-1]["order"]["total"] == total


def test_return_without_lines_is_everything_if_all_the_money_went_back(
    payment_types: None, buy: Any, in_dashboard: Any, of_orders: Any
) -> None:
    order = buy(Client(), email="anna@example.com")
    fields = {"order_action": "create_order_payment_event", "payment_event_type": "returned"}

    in_dashboard(order, **fields, amount="10.00")
    in_dashboard(order, **fields, amount="103.99")

    returned = [event["order"] for event in of_orders()[1:]]
    assert [(told["total"], len(told.get("items", []))) for told in returned] == [("10.00", 0), ("103.99", 1)]


def test_status_that_says_returned_stands_for_everything(buy: Any, in_dashboard: Any, of_orders: Any) -> None:
    order = buy(Client(), email="anna@example.com")

    for status in ("W realizacji", "Wysłane", "Zwrócone"):
        in_dashboard(order, order_action="change_order_status", new_status=status)

    placed, returned = of_orders()
    assert returned["type"] == "order.returned"
    assert returned["order"] == placed["order"] | {"return_number": order.number}


def test_status_that_says_returned_adds_nothing_to_returns_told_by_payment_events(
    payment_types: None, buy: Any, in_dashboard: Any, of_orders: Any, sweep_later: Any
) -> None:
    order = buy(Client(), email="anna@example.com")
    give_back(in_dashboard, order, quantity=1, amount="89.00")

    for status in ("W realizacji", "Wysłane", "Zwrócone"):
        in_dashboard(order, order_action="change_order_status", new_status=status)

    assert sweep_later() == 0
    assert kinds(of_orders()) == ["order.placed", "order.returned"]


def test_order_is_paid_once_its_goods_are_and_only_once(
    payment_types: None, buy: Any, in_dashboard: Any, of_orders: Any
) -> None:
    order = buy(Client(), email="anna@example.com")
    fields = {"order_action": "create_order_payment_event", "payment_event_type": "paid"}

    for amount in ("50.00", "53.99", "10.00"):
        in_dashboard(order, **fields, amount=amount)

    placed, paid = of_orders()
    second = get_model("order", "PaymentEvent").objects.order_by("pk")[1]
    assert paid == placed | {
        "id": f"order-{order.number}-paid",
        "type": "order.paid",
        "occurred_at": second.date_created.isoformat().replace("+00:00", "Z"),
    }


def test_payment_is_named_by_its_source_once_there_is_one(buy: Any) -> None:
    order = buy(Client(), email="anna@example.com")
    kind = get_model("payment", "SourceType").objects.create(name="Przelewy24")
    order.sources.create(source_type=kind, amount_allocated=1)

    assert order_facts.facts(order)["payment_method"] == "Płatność przy odbiorze, Przelewy24"


def test_deleted_product_is_told_by_what_the_order_kept(
    vase: Any, buy: Any, in_dashboard: Any, of_orders: Any
) -> None:
    order = buy(Client(), email="anna@example.com")
    vase.delete()

    cancel(in_dashboard, order)

    assert of_orders()[-1]["order"]["items"] == [
        {"product_id": "W-1", "sku": "W-1", "name": "Wazon Kalina", "unit_price": "89.00"}
    ]


def test_order_of_a_deleted_customer_tells_nothing(
    register: Any, buy: Any, in_dashboard: Any, committed: Any
) -> None:
    order = buy(register())
    with committed():
        User.objects.get(email="Ewa@example.com").delete()
    before = Message.objects.count()
    order.refresh_from_db()

    cancel(in_dashboard, order)

    assert Message.objects.count() == before


def test_long_number_of_an_order_still_makes_an_id_that_fits() -> None:
    from ebexo_oscar.order_steps import Step

    number = "Z/" + "2026" * 30
    steps = [
        Step(get_model("order", "Order")(number=number), kind, timezone.now()) for kind in ("placed", "paid")
    ]

    ids = [step.event_id for step in steps]
    assert [len(event_id) <= 64 for event_id in ids] == [True, True]
    assert len(set(ids)) == 2


# What fails


def test_checkout_goes_on_when_telling_fails_and_the_kept_order_is_told(
    buy: Any, of_orders: Any, broken_telling: Any, sweep_a_minute_later: Any, sweep_later: Any
) -> None:
    with broken_telling():
        order = buy(Client(), email="anna@example.com")
    assert (order is not None, of_orders(), KeptEvent.objects.count()) == (True, [], 1)

    assert sweep_later() == 0, "what is kept is told from where it is kept"
    assert sweep_a_minute_later() == 1
    assert kinds(of_orders()) == ["order.placed"]


def test_order_that_could_not_be_read_is_told_by_the_sweep_once_it_can(
    buy: Any, of_orders: Any, settings: Any, sweep_a_minute_later: Any, sweep_later: Any, caplog: Any
) -> None:
    settings.EBEXO = settings.EBEXO | {"PAYMENT_METHOD": "operator.truth_"}
    order = buy(Client(), email="anna@example.com")
    assert (order is not None, of_orders(), KeptEvent.objects.count()) == (True, [], 1)
    assert "could not be told yet" in caplog.text
    settings.EBEXO = settings.EBEXO | {"PAYMENT_METHOD": "demo.checkout.payment.method"}

    swept = [sweep_later(), sweep_a_minute_later(), sweep_a_minute_later()]

    assert (swept, kinds(of_orders())) == ([0, 1, 0], ["order.placed"])


def test_order_that_could_not_even_be_kept_is_found_by_the_sweep_once(
    buy: Any, of_orders: Any, settings: Any, sweep_later: Any, caplog: Any
) -> None:
    settings.EBEXO = settings.EBEXO | {"CONSENTS": "operator.truth_"}
    order = buy(Client(), email="anna@example.com")
    assert (order is not None, of_orders(), KeptEvent.objects.count()) == (True, [], 0)
    assert "on_order_placed failed" in caplog.text

    swept = [sweep_later(), sweep_later()]

    assert (swept, kinds(of_orders())) == ([1, 0], ["order.placed"])


def test_every_step_that_a_crash_left_untold_is_found_by_the_sweep(
    payment_types: None, buy: Any, in_dashboard: Any, of_orders: Any, sweep_later: Any, deaf: None
) -> None:
    order, other = buy(Client(), email="anna@example.com"), buy(Client(), email="adam@example.com")
    pay = {"order_action": "create_order_payment_event", "payment_event_type": "paid"}
    in_dashboard(order, **pay, amount="103.99")
    give_back(in_dashboard, order, quantity=1, amount="89.00")
    cancel(in_dashboard, other)
    assert of_orders() == []

    first = sweep_later()
    order.refresh_from_db()
    placed_at = order.date_placed

    assert (first, sweep_later()) == (5, 0)
    assert sorted((event["order"]["number"], event["type"]) for event in of_orders()) == [
        (order.number, "order.paid"),
        (order.number, "order.placed"),
        (order.number, "order.returned"),
        (other.number, "order.cancelled"),
        (other.number, "order.placed"),
    ]
    assert datetime.fromisoformat(of_orders()[0]["occurred_at"]) == placed_at


@pytest.fixture
def deaf(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process dies whenever the connector is about to write: the shop's own rows stay, and nothing else."""
    for name in ("placed", "status_changed", "payment_changed"):
        monkeypatch.setattr(orders, name, lambda *args: None)


def test_orders_from_before_the_connector_are_history(buy: Any, of_orders: Any, deaf: None) -> None:
    order = buy(Client(), email="anna@example.com")
    get_model("order", "Order").objects.update(date_placed=timezone.now() - timedelta(minutes=5))

    swept = [orders.sweep(), orders.sweep()]

    assert (order is not None, swept, of_orders()) == (True, [0, 0], [])


def test_order_without_an_address_to_tell_is_passed_over(
    buy: Any, of_orders: Any, sweep_later: Any, deaf: None
) -> None:
    buy(Client(), email="anna@example.com")
    get_model("order", "Order").objects.update(guest_email="")

    assert (sweep_later(), of_orders()) == (0, [])


# The loader, and the checks


def test_loader_wraps_what_is_in_force_and_always_gives_the_same_class() -> None:
    creators = [loading.load("order.utils", ["OrderNumberGenerator", "OrderCreator"]) for _ in range(2)]

    assert creators[0] == creators[1]
    generator, creator = creators[0]
    assert [hasattr(found, loading.IN_ONE_TRANSACTION) for found in (generator, creator)] == [False, True]
    assert get_class("order.utils", "OrderCreator") is creator


def test_checks_of_the_demo_shop_find_nothing() -> None:
    assert [problem for problem in checks.run_checks() if str(problem.id).startswith("ebexo_oscar")] == []


def test_checks_name_what_is_missing(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from ebexo_oscar import checks as ours

    class OscarsOwn:
        pass

    monkeypatch.setattr(ours, "get_class", lambda *names: OscarsOwn)
    settings.EBEXO = settings.EBEXO | {"ORDER_STATUSES": {"Anulowane": "canceled"}}
    settings.ROOT_URLCONF = "demo.cookies.urls"

    found = {str(problem.id): problem.msg for problem in checks.run_checks()}

    assert {name: text for name, text in found.items() if name.startswith("ebexo_oscar")} == {
        "ebexo_oscar.E002": "EBEXO['ORDER_STATUSES'] says that 'Anulowane' means 'canceled', which is none of"
        " cancelled, returned.",
        "ebexo_oscar.W004": "An order that is placed outside of a request and its event are written in two"
        " transactions.",
        "ebexo_oscar.W005": "Carts are told without a link that brings them back.",
        "ebexo_oscar.W006": "No status of an order says that it was cancelled, so no cancellation is told.",
    }


def test_price_of_nothing_is_told_as_nothing(buy: Any) -> None:
    order = buy(Client(), email="anna@example.com")
    order.lines.update(unit_price_incl_tax=None)

    assert order_facts.facts(order)["items"][0]["unit_price"] is None
    assert order.total_incl_tax == Decimal("103.99")
