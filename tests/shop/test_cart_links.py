"""The link that brings a cart back: into the visitor's own basket, once, for thirty days, and naming nobody."""

import re
import time
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import signing
from django.test import Client
from oscar.core.loading import get_model

from ebexo_oscar import links

pytestmark = pytest.mark.usefixtures("store")


@pytest.fixture
def cart(vase: Any) -> Any:
    """Somebody else's basket: two vases, and a rug in one of its sizes."""
    create = get_model("catalogue", "Product").objects.create
    partner = get_model("partner", "Partner").objects.get()
    rug = create(title="Dywan Wrzos", product_class=vase.product_class, structure="parent")
    size = create(title="Dywan Wrzos 160", structure="child", parent=rug)
    size.stockrecords.create(partner=partner, partner_sku="DY-160", price=Decimal(529), num_in_stock=3)
    basket = get_model("basket", "Basket").objects.create(
        owner=User.objects.create_user("ewa", "ewa@example.com")
    )
    for product, quantity in ((vase, 2), (size, 1)):
        stock = product.stockrecords.get()
        basket.lines.create(
            product=product,
            stockrecord=stock,
            quantity=quantity,
            line_reference=f"{product.pk}_{stock.pk}",
            price_currency="PLN",
        )
    return basket


@pytest.fixture
def click(committed: Any) -> Callable[[Client, str | None], str]:
    """Follows a link; gives the text of the page it leads to."""

    def clicked(browser: Client, address: str | None) -> str:
        with committed():
            answer = browser.get(str(address).removeprefix("http://testserver"), follow=True)
        assert answer.redirect_chain == [("/basket/", 302)]
        return str(answer.content.decode())

    return clicked


def link_to(basket: Any) -> str | None:
    return links.link(basket.pk, shop_url="http://testserver")


def contents(basket: Any) -> list[tuple[str, int]]:
    return list(basket.lines.order_by("pk").values_list("product__title", "quantity"))


def own_basket(source: Any) -> Any:
    """The one basket that is not the one the link is about."""
    return get_model("basket", "Basket").objects.exclude(pk=source.pk).get()


WHOLE = [("Wazon Kalina", 2), ("Dywan Wrzos 160", 1)]


def test_link_fills_the_basket_of_somebody_who_is_not_logged_in(cart: Any, click: Any) -> None:
    page = click(Client(), link_to(cart))

    assert contents(own_basket(cart)) == WHOLE
    assert contents(cart) == WHOLE
    assert own_basket(cart).owner is None
    assert "Twój koszyk znów tu jest." in page


def test_link_clicked_twice_adds_nothing_twice(cart: Any, click: Any) -> None:
    browser = Client()

    for _ in range(2):
        click(browser, link_to(cart))

    assert contents(own_basket(cart)) == WHOLE


def test_link_adds_only_what_is_missing_to_what_is_there(cart: Any, click: Any, vase: Any) -> None:
    browser = Client()
    browser.post(f"/basket/add/{vase.pk}/", {"quantity": "5"})

    click(browser, link_to(cart))

    assert contents(own_basket(cart)) == [("Wazon Kalina", 5), ("Dywan Wrzos 160", 1)]


def test_owners_own_link_changes_nothing(cart: Any, click: Any) -> None:
    browser = Client()
    browser.force_login(cart.owner, backend="django.contrib.auth.backends.ModelBackend")

    page = click(browser, link_to(cart))

    assert contents(cart) == WHOLE
    assert get_model("basket", "Basket").objects.count() == 1
    assert "Twój koszyk znów tu jest." in page


def test_product_that_is_sold_out_is_named_and_the_rest_is_there(cart: Any, click: Any) -> None:
    get_model("partner", "StockRecord").objects.filter(partner_sku="DY-160").update(num_in_stock=0)

    page = click(Client(), link_to(cart))

    assert contents(own_basket(cart)) == [("Wazon Kalina", 2)]
    assert "Niektórych produktów już nie mamy: Dywan Wrzos 160." in page


def test_cart_that_was_ordered_is_not_filled_in_again(cart: Any, click: Any) -> None:
    cart.submit()

    page = click(Client(), link_to(cart))

    assert get_model("basket", "Basket").objects.count() == 1
    assert "Produkty z tego koszyka zostały już zamówione. Dziękujemy!" in page


@pytest.mark.parametrize("token", ["nonsense", "1.2.3", "1"])
def test_link_that_is_not_ours_leads_to_the_basket_with_a_kind_word(
    click: Any, cart: Any, token: str
) -> None:
    page = click(Client(), f"/koszyk/{token}")

    assert get_model("basket", "Basket").objects.count() == 1
    assert "Ten link jest już nieważny." in page


def test_link_says_it_in_english_too(click: Any) -> None:
    page = click(Client(headers={"accept-language": "en"}), "/koszyk/nonsense")

    assert "This link is no longer valid. Here is what is in your basket now." in page


@pytest.mark.parametrize(("days", "is_good"), [(29, True), (31, False)])
def test_link_is_good_for_thirty_days(
    cart: Any, monkeypatch: pytest.MonkeyPatch, days: int, is_good: bool
) -> None:
    token = str(link_to(cart)).rpartition("/")[2]
    now = time.time() + timedelta(days=days).total_seconds()

    monkeypatch.setattr(time, "time", lambda: now)

    assert (links.basket_of(token) == cart.pk) is is_good


def test_link_of_a_basket_that_is_gone_or_was_merged_is_not_valid(cart: Any, click: Any) -> None:
    merged, deleted = link_to(cart), links.link(cart.pk + 100, shop_url="http://testserver")
    get_model("basket", "Basket").objects.create().merge(cart)

    pages = [click(Client(), address) for address in (merged, deleted)]

    assert ["Ten link jest już nieważny." in page for page in pages] == [True, True]


def test_link_names_the_cart_and_nobody(cart: Any) -> None:
    assert re.fullmatch(rf"http://testserver/koszyk/{cart.pk}\.\w+\.[\w-]+", str(link_to(cart)))


def test_link_of_another_purpose_is_not_taken(cart: Any) -> None:
    token = signing.TimestampSigner(sep=".", salt="another").sign(str(cart.pk))

    assert links.basket_of(token) is None


def test_address_of_the_shop_comes_from_the_visit_the_setting_or_the_site(cart: Any, settings: Any) -> None:
    from django.contrib.sites.models import Site

    Site.objects.update(domain="olcha.example")
    from_site = links.link(cart.pk, shop_url="")
    settings.EBEXO = settings.EBEXO | {"SHOP_URL": "https://sklep.example/"}
    from_setting = links.link(cart.pk, shop_url="")
    visited = links.link(cart.pk, shop_url="http://testserver")

    beginnings = [str(address).rpartition("/koszyk/")[0] for address in (from_site, from_setting, visited)]
    assert beginnings == ["https://olcha.example", "https://sklep.example", "http://testserver"]


def test_shop_without_the_page_tells_carts_without_a_link(cart: Any, settings: Any) -> None:
    settings.ROOT_URLCONF = "demo.cookies.urls"

    assert link_to(cart) is None
