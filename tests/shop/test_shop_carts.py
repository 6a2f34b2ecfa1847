"""What happens to baskets of an Oscar shop is told: the whole cart after each change, as that of the right person."""

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.utils import timezone
from oscar.core.loading import get_model

from ebexo.contacts.knowledge import Known, Status
from ebexo.contacts.known import learn
from ebexo.contacts.models import Contact
from ebexo.events import parse
from ebexo.ingest.receive import receive
from ebexo.outbox.models import Message
from ebexo.stores.models import Account
from ebexo_oscar import carts, writing
from ebexo_oscar.models import ToldCart

pytestmark = pytest.mark.usefixtures("store")
PASSWORD = "bardzo-tajne-1"
LINK = r"http://testserver/koszyk/\d+\.\w+\.[\w-]+"


@pytest.fixture
def rug(vase: Any) -> Any:
    """A rug in two sizes; gives the larger one."""
    create = get_model("catalogue", "Product").objects.create
    partner = get_model("partner", "Partner").objects.get()
    parent = create(title="Dywan Wrzos", product_class=vase.product_class, structure="parent", upc="DY-WRZOS")
    for code, price in (("DY-WRZOS-120", 299), ("DY-WRZOS-160", 529)):
        size = create(title=f"Dywan Wrzos {code[-3:]}", structure="child", parent=parent, upc=code)
        size.stockrecords.create(partner=partner, partner_sku=code, price=Decimal(price), num_in_stock=10)
    return size


@pytest.fixture
def add(committed: Any) -> Callable[..., None]:
    """Puts a product into the basket, as the button beside it does."""

    def added(browser: Client, product: Any, quantity: int = 1) -> None:
        fields = {"quantity": str(quantity)}
        page = product
        if product.parent:
            page, fields["child_id"] = product.parent, str(product.pk)
        with committed():
            assert browser.post(f"/basket/add/{page.pk}/", fields).status_code == 302

    return added


@pytest.fixture
def change(committed: Any) -> Callable[..., None]:
    """Saves the basket page with these quantities, one for each line; `None` ticks the box that removes it."""

    def changed(browser: Client, *quantities: int | None) -> None:
        lines = newest_basket().lines.order_by("date_created", "pk")
        fields = {"form-TOTAL_FORMS": str(len(lines)), "form-INITIAL_FORMS": str(len(lines))}
        for number, (line, quantity) in enumerate(zip(lines, quantities, strict=True)):
            fields[f"form-{number}-id"] = str(line.pk)
            fields[f"form-{number}-quantity"] = str(line.quantity if quantity is None else quantity)
            if quantity is None:
                fields[f"form-{number}-DELETE"] = "on"
        with committed():
            assert browser.post("/basket/", fields).status_code == 302

    return changed


@pytest.fixture
def of_carts(monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[dict[str, Any]]]:
    """The events of carts that were told, those whose content the next one took over included."""
    heard: list[dict[str, Any]] = []

    def overheard(store: Any, event: dict[str, Any]) -> Any:
        receipt = receive(store, event)
        heard.append(json.loads(parse(event, now=timezone.now()).canonical()))
        return receipt

    monkeypatch.setattr(writing, "receive", overheard)
    return lambda: [event for event in heard if event["type"].startswith("cart.")]


def newest_basket() -> Any:
    return get_model("basket", "Basket").objects.order_by("pk").last()


def log_in(browser: Client, committed: Any) -> None:
    fields = {"login-username": "ewa@example.com", "login-password": PASSWORD, "login_submit": "1"}
    with committed():
        assert browser.post("/accounts/login/", fields).status_code == 302
    with committed():
        browser.get("/basket/")


def visitor(smclient: str | None = None) -> Client:
    """Somebody not logged in who accepted cookies, in a browser with this `smclient`."""
    browser = Client()
    browser.cookies["cookie_choice"] = "all"
    if smclient:
        browser.cookies["smclient"] = smclient
    return browser


def be_known_as(vendor_id: str, email: str) -> Contact:
    """Somebody of this address whom SALESmanago knows by this id."""
    from ebexo.contacts.resolve import resolve
    from ebexo.events import Customer

    account = Account.objects.get()
    contact = resolve(account.store_id, Customer(email=email), occurred_at=timezone.now())
    known = Known(vendor_id, email, Status.OPT_IN, timezone.now(), sent=True)
    learn(contact.pk, remote=account.remote, known=known, now=timezone.now())
    return contact


def sweep_later() -> int:
    """The sweep as if it ran two minutes on."""
    ToldCart.objects.update(tried_at=timezone.now() - timedelta(minutes=2))
    return carts.sweep()


def states() -> list[tuple[str, str, str | None]]:
    rows = Message.objects.filter(type__startswith="cart.").order_by("pk")
    return list(rows.values_list("type", "state", "reason"))


# What is told


def test_first_product_is_told_as_the_whole_cart_of_the_customer(
    register: Any, vase: Any, add: Any, told: Any
) -> None:
    browser = register()
    before = timezone.now()

    add(browser, vase)

    registered, event = told()
    assert event == {
        "id": event["id"],
        "type": "cart.product_added",
        "occurred_at": event["occurred_at"],
        "customer": registered["customer"],
        "cart": {
            "id": str(newest_basket().pk),
            "items": [
                {"product_id": str(vase.pk), "sku": "W-1", "name": "Wazon Kalina", "unit_price": "89.00"}
            ],
            "total": "89.00",
            "currency": "PLN",
            "url": event["cart"]["url"],
        },
    }
    assert re.fullmatch(LINK, event["cart"]["url"])
    assert before <= datetime.fromisoformat(event["occurred_at"]) <= timezone.now()


def test_variant_is_told_by_its_product_and_by_its_own_id(
    register: Any, rug: Any, vase: Any, add: Any, of_carts: Any
) -> None:
    browser = register()

    add(browser, rug, quantity=2)
    add(browser, vase)

    assert of_carts()[-1]["cart"]["items"] == [
        {
            "product_id": str(rug.parent_id),
            "sku": "DY-WRZOS-160",
            "variant_id": str(rug.pk),
            "name": "Dywan Wrzos 160",
            "quantity": "2",
            "unit_price": "529.00",
        },
        {"product_id": str(vase.pk), "sku": "W-1", "name": "Wazon Kalina", "unit_price": "89.00"},
    ]
    assert of_carts()[-1]["cart"]["total"] == "1147.00"


def test_each_change_is_told_once_as_more_or_as_less(
    register: Any, rug: Any, vase: Any, add: Any, change: Any, of_carts: Any
) -> None:
    browser = register()
    add(browser, vase)
    add(browser, rug)

    change(browser, 3, 1)
    change(browser, 2, 1)
    change(browser, None, 1)
    change(browser, 0)

    told = [
        (event["type"], [item.get("quantity", "1") for item in event["cart"].get("items", [])])
        for event in of_carts()
    ]
    assert told == [
        ("cart.product_added", ["1"]),
        ("cart.product_added", ["1", "1"]),
        ("cart.product_added", ["3", "1"]),
        ("cart.product_removed", ["2", "1"]),
        ("cart.product_removed", ["1"]),
        ("cart.product_removed", []),
    ]


def test_emptied_cart_is_told_without_anything_in_it_and_forgotten(
    register: Any, vase: Any, add: Any, committed: Any, of_carts: Any
) -> None:
    browser = register()
    add(browser, vase)

    with committed():
        newest_basket().flush()

    event = of_carts()[-1]
    assert (event["type"], event["cart"]) == (
        "cart.product_removed",
        {"id": str(newest_basket().pk), "total": "0.00"},
    )
    assert ToldCart.objects.count() == 0


def test_lines_removed_together_are_one_event(
    register: Any, rug: Any, vase: Any, add: Any, committed: Any, of_carts: Any
) -> None:
    browser = register()
    add(browser, vase)
    add(browser, rug)

    with committed():
        newest_basket().flush()

    assert len(of_carts()) == 3


def test_cart_saved_without_a_change_is_not_told(
    register: Any, vase: Any, add: Any, change: Any, of_carts: Any
) -> None:
    browser = register()
    add(browser, vase)

    change(browser, 1)

    assert len(of_carts()) == 1


def test_basket_that_was_only_opened_says_nothing(register: Any, committed: Any, of_carts: Any) -> None:
    browser = register()

    with committed():
        browser.get("/basket/")

    assert newest_basket() is not None
    assert (of_carts(), ToldCart.objects.count()) == ([], 0)


def test_voucher_changes_the_total_and_not_the_prices(
    register: Any, vase: Any, add: Any, voucher: Any, committed: Any, of_carts: Any
) -> None:
    browser = register()
    add(browser, vase, quantity=2)

    with committed():
        browser.post("/basket/vouchers/add/", {"code": "JESIEN10"})

    cart = of_carts()[-1]["cart"]
    assert (cart["total"], cart["items"][0]["unit_price"]) == ("160.20", "89.00")


def test_line_put_aside_leaves_the_cart(
    register: Any, rug: Any, vase: Any, add: Any, committed: Any, of_carts: Any
) -> None:
    browser = register()
    add(browser, vase)
    add(browser, rug)
    line = newest_basket().lines.first()
    saved, _is_new = get_model("basket", "Basket").saved.get_or_create(owner=User.objects.get())

    with committed():
        saved.merge_line(line)

    assert [item["name"] for item in of_carts()[-1]["cart"]["items"]] == ["Dywan Wrzos 160"]


def test_product_that_the_shop_deletes_leaves_every_cart(
    register: Any, rug: Any, vase: Any, add: Any, committed: Any, of_carts: Any
) -> None:
    browser = register()
    add(browser, vase)
    add(browser, rug)

    with committed():
        vase.delete()

    assert [item["name"] for item in of_carts()[-1]["cart"]["items"]] == ["Dywan Wrzos 160"]


def test_frozen_basket_is_not_emptied_and_an_ordered_one_is_silent(
    register: Any, vase: Any, add: Any, committed: Any, of_carts: Any
) -> None:
    browser = register()
    add(browser, vase)
    basket = newest_basket()

    with committed():
        basket.freeze()
    with committed():
        basket.submit()

    assert len(of_carts()) == 1
    assert ToldCart.objects.count() == 0


# Whose cart


def test_cart_of_staff_is_nobodys(vase: Any, add: Any, of_carts: Any) -> None:
    staff: Any = User.objects.create_user("staff", "staff@example.com", PASSWORD, is_staff=True)
    browser = Client()
    browser.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")

    add(browser, vase)

    assert (of_carts(), ToldCart.objects.count()) == ([], 0)


def test_visitor_without_the_cookie_is_unknown(vase: Any, add: Any) -> None:
    add(visitor(), vase)

    assert states() == [("cart.product_added", "withheld", "unknown_visitor")]
    assert Message.objects.get().payload is None


def test_visitor_with_the_cookie_is_told_by_it_and_without_a_customer(
    store: Any, vase: Any, add: Any, of_carts: Any
) -> None:
    be_known_as("id-1", "ewa@example.com")

    add(visitor("id-1"), vase)

    (event,) = of_carts()
    assert event["visitor"] == {"smclient": "id-1"}
    assert "customer" not in event


def test_cookie_of_a_visitor_who_allows_none_is_not_used(vase: Any, add: Any) -> None:
    be_known_as("id-1", "ewa@example.com")
    browser = Client()
    browser.cookies["smclient"] = "id-1"

    add(browser, vase)

    assert states() == [("cart.product_added", "withheld", "unknown_visitor")]


def test_customer_is_told_without_the_cookie_of_their_browser(
    register: Any, vase: Any, add: Any, of_carts: Any
) -> None:
    browser = register()
    browser.cookies["cookie_choice"], browser.cookies["smclient"] = "all", "id-9"

    add(browser, vase)

    (event,) = of_carts()
    assert event["customer"]["email"] == "ewa@example.com"
    assert "visitor" not in event


def test_guests_cart_ends_as_theirs_when_a_customer_logs_in(
    register: Any, vase: Any, rug: Any, add: Any, committed: Any, of_carts: Any
) -> None:
    register()
    be_known_as("id-1", "anna@example.com")
    browser = visitor("id-1")
    add(browser, vase)
    guests = newest_basket().pk

    log_in(browser, committed)

    told = [(event["type"], event["cart"]["id"], event.get("visitor")) for event in of_carts()]
    assert told == [
        ("cart.product_added", str(guests), {"smclient": "id-1"}),
        ("cart.product_added", str(newest_basket().pk), None),
        ("cart.product_removed", str(guests), {"smclient": "id-1"}),
    ]
    assert list(ToldCart.objects.values_list("basket_id", flat=True)) == [newest_basket().pk]


def test_cart_ends_as_one_visitors_when_the_browser_becomes_anothers(
    store: Any, vase: Any, rug: Any, add: Any, of_carts: Any
) -> None:
    be_known_as("id-1", "ewa@example.com")
    be_known_as("id-2", "adam@example.com")
    browser = visitor("id-1")
    add(browser, vase)

    browser.cookies["smclient"] = "id-2"
    add(browser, rug)

    told = [(event["visitor"]["smclient"], len(event["cart"].get("items", []))) for event in of_carts()]
    assert told == [("id-1", 1), ("id-1", 0), ("id-2", 2)]


# What fails


def test_shop_goes_on_when_telling_fails_and_the_sweep_tells_the_moment_of_the_change(
    register: Any, vase: Any, add: Any, of_carts: Any, broken_telling: Any, caplog: Any
) -> None:
    browser = register()
    with broken_telling():
        add(browser, vase)
    changed_at = ToldCart.objects.get().changed_at
    assert (of_carts(), newest_basket().num_items) == ([], 1)
    assert "could not be told" in caplog.text

    swept = [sweep_later(), sweep_later()]

    (event,) = of_carts()
    assert swept == [1, 0]
    assert datetime.fromisoformat(event["occurred_at"]) == changed_at
    assert event["cart"]["url"].startswith("http://testserver/koszyk/")


def test_visitors_cart_told_by_the_sweep_is_still_theirs(
    store: Any, vase: Any, add: Any, of_carts: Any, broken_telling: Any
) -> None:
    be_known_as("id-1", "ewa@example.com")
    with broken_telling():
        add(visitor("id-1"), vase)

    sweep_later()

    assert of_carts()[0]["visitor"] == {"smclient": "id-1"}


def test_mark_is_rolled_back_with_the_change(register: Any, vase: Any, add: Any, told: Any) -> None:
    browser = register()

    with transaction.atomic():
        add(browser, vase)
        transaction.set_rollback(True)

    assert (newest_basket(), ToldCart.objects.count(), len(told())) == (None, 0, 1)


def test_fresh_mark_is_left_to_its_own_commit(register: Any, vase: Any, of_carts: Any) -> None:
    register().post(f"/basket/add/{vase.pk}/", {"quantity": "1"})

    assert (carts.sweep(), of_carts()) == (0, [])


def test_broken_connector_never_reaches_the_basket(
    register: Any, vase: Any, add: Any, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    browser = register()
    monkeypatch.setattr(carts, "setting", lambda name: 1 / 0)

    add(browser, vase)

    assert newest_basket().num_items == 1
    assert "on_line_saved failed" in caplog.text


def test_shop_without_a_store_marks_nothing(settings: Any, register: Any, vase: Any, add: Any) -> None:
    browser = register()
    settings.EBEXO = {}

    add(browser, vase)

    assert ToldCart.objects.count() == 0


# What is kept


def test_of_a_withheld_cart_no_visitor_is_remembered(vase: Any, add: Any) -> None:
    Account.objects.update(active=False)

    add(visitor("id-1"), vase)

    row = ToldCart.objects.get()
    assert (states()[0][1], row.smclient, row.told_as) == ("withheld", "", "")


def test_deleted_customer_leaves_nothing_of_their_carts(
    register: Any, vase: Any, rug: Any, add: Any, committed: Any
) -> None:
    browser = register()
    add(browser, vase)
    be_known_as("id-1", "ewa@example.com")
    add(visitor("id-1"), rug)

    with committed():
        browser.post("/accounts/profile/delete/", {"password": PASSWORD})

    row = ToldCart.objects.get()
    assert (row.smclient, row.told_as) == ("", "")


def test_visitors_cart_is_forgotten_after_thirty_days(vase: Any, add: Any, register: Any) -> None:
    be_known_as("id-1", "anna@example.com")
    add(visitor("id-1"), vase)
    add(register(), vase)
    ToldCart.objects.update(tried_at=timezone.now() - timedelta(days=31))

    carts.sweep()

    assert [row.told_as for row in ToldCart.objects.all()] == [""]
