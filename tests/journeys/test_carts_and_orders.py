"""Carts and orders of a real shop, in a real browser, as they arrive at a real sandbox."""

import json
import re
import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from demo.people.logins import CUSTOMER, STAFF, Login

PASSWORD = "bardzo-tajne-1"
JAN, EWA, ADAM, ANNA = CUSTOMER.email, "ewa@example.com", "adam@example.com", "anna@example.com"


def log_in(page: Page, person: Login) -> None:
    page.goto("/accounts/login/")
    page.fill("#id_login-username", person.email)
    page.fill("#id_login-password", person.password)
    page.click("button[name=login_submit]")
    expect(page).not_to_have_url(re.compile("/login/"))


def register(page: Page, email: str) -> None:
    page.goto("/accounts/register/")
    for name, value in {"first_name": "Ewa", "last_name": "Nowak", "email": email}.items():
        page.fill(f"#id_{name}", value)
    for name in ("password1", "password2"):
        page.fill(f"#id_{name}", PASSWORD)
    page.click("button[name=registration_submit]")
    expect(page.locator("#logout_link")).to_be_attached()


def accept_cookies(page: Page) -> None:
    page.goto("/")
    page.click("#cookie_banner button[value=all]")
    expect(page.locator("#cookie_banner")).to_have_count(0)


def smclient(page: Page) -> str | None:
    return next((cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "smclient"), None)


def add(page: Page, product: str) -> None:
    page.goto("/")
    page.locator(".product_pod", has_text=product).get_by_role("button").click()
    expect(page.locator("#messages")).to_contain_text("do koszyka")


def add_variant(page: Page, product: str, size: str) -> None:
    page.goto("/")
    page.locator(".product_pod", has_text=product).get_by_role("link").first.click()
    page.locator("#id_child_id").select_option(label=size)
    page.click("#add_to_basket_form button[type=submit]")
    expect(page.locator("#messages")).to_contain_text("do koszyka")


def set_quantity(page: Page, line: int, quantity: int) -> None:
    page.goto("/basket/")
    page.fill(f"#id_form-{line}-quantity", str(quantity))
    page.locator(f".basket-items:has(#id_form-{line}-quantity) button[type=submit]").click()
    expect(page.locator(f"#id_form-{line}-quantity")).to_have_value(str(quantity))


def remove(page: Page, product: str) -> None:
    page.goto("/basket/")
    page.locator(".basket-items", has_text=product).locator("[data-behaviours=remove]").click()
    expect(page.locator(".basket-items", has_text=product)).to_have_count(0)


def buy(page: Page) -> None:
    """From the address that the shop knows to the confirmation."""
    page.goto("/checkout/shipping-address/")
    page.get_by_role("button", name="Dostawa na domyślny adres").click()
    confirm(page)


def buy_as_guest(page: Page, email: str) -> None:
    page.goto("/checkout/")
    page.fill("#id_username", email)
    page.get_by_role("button", name="Dalej").click()
    address = {"first_name": "Anna", "last_name": "Nowak", "line1": "ul. Polna 1", "line4": "Łódź"}
    for name, value in (address | {"state": "łódzkie", "postcode": "90-001"}).items():
        page.fill(f"#id_{name}", value)
    page.get_by_role("button", name="Dalej").click()
    confirm(page)


def confirm(page: Page) -> None:
    page.click("#view_preview")
    page.click("#place-order")
    expect(page.locator("h1")).to_contain_text("potwierdzenie")


def cancel(staff: Page, number: str) -> None:
    staff.goto(f"/dashboard/orders/{number}/")
    staff.select_option("#id_new_status", "Anulowane")
    staff.click("#order_status_form button[type=submit]")
    expect(staff.locator("#id_new_status")).to_have_count(0)


def take_back(staff: Page, number: str, *, quantity: int, amount: str) -> None:
    staff.goto(f"/dashboard/orders/{number}/")
    staff.check("input[name=selected_line]")
    staff.fill("input[name^=selected_line_qty]", str(quantity))
    staff.check("#payment_event_check")
    staff.select_option("#payment_event_type_select", "returned")
    staff.fill("#amount_input", amount)
    staff.click("#order_lines_form button[type=submit]")
    expect(staff.get_by_role("cell", name="Zwrot", exact=True)).to_be_visible()


def events(world: Any, email: str, kind: str) -> list[dict[str, Any]]:
    """The person's events of this kind, each as last written."""
    found = world.ask_sandbox(f"events?email={email}")["events"]
    return [event for event in found if event["contactExtEventType"] == kind]


def the_event(world: Any, email: str, kind: str, **fields: Any) -> dict[str, Any]:
    """The only one of this kind, as soon as it has these fields."""

    def found() -> dict[str, Any] | None:
        some = events(world, email, kind)
        return some[0] if len(some) == 1 and fields.items() <= some[0].items() else None

    event: dict[str, Any] = world.until(found)
    return event


def calls(world: Any, ending: str) -> list[dict[str, Any]]:
    """Bodies of the requests to paths that end so, oldest first."""
    requests = world.ask_sandbox("requests")["requests"]
    return [entry["body"] for entry in requests if entry["path"].endswith(ending)]


def all_settled(world: Any) -> None:
    """Nothing waits any more."""
    waiting = "SELECT count(*) FROM ebexo_outbox_message WHERE state IN ('waiting', 'in_flight')"
    world.until(lambda: world.query(waiting) == [(0,)])


def product_number(world: Any, code: str) -> str:
    return str(world.query(f"SELECT id FROM catalogue_product WHERE upc = '{code}'")[0][0])


def newest_order(world: Any) -> tuple[str, str]:
    """Its number, and that of the basket it was made of."""
    ((number, basket),) = world.query("SELECT number, basket_id FROM order_order ORDER BY id DESC LIMIT 1")
    return str(number), str(basket)


def test_customers_cart_and_orders_from_the_first_vase_to_the_return(
    world, people: Callable[..., Page]
) -> None:
    world.start("sandbox", "panel", "shop")
    world.connect()
    shopper, staff = people(world.shop), people(world.shop)
    log_in(shopper, CUSTOMER)
    log_in(staff, STAFF)
    vase, rug, size = (product_number(world, code) for code in ("WA-KALINA", "DY-WRZOS", "DY-WRZOS-160"))

    # The first product adds one CART event.
    before = time.time() * 1000
    add(shopper, "Wazon Kalina")
    cart = the_event(world, JAN, "CART")
    (body,) = calls(world, "/addContactExtEvent")
    ((basket,),) = world.query("SELECT id FROM basket_basket WHERE owner_id IS NOT NULL ORDER BY id LIMIT 1")
    assert body == {
        "clientId": "sandbox-client",
        "apiKey": body["apiKey"],
        "requestTime": body["requestTime"],
        "sha": body["sha"],
        "owner": "owner@shop.example",
        "email": JAN,
        "forceOptIn": False,
        "contactEvent": {
            "date": body["contactEvent"]["date"],
            "contactExtEventType": "CART",
            "products": vase,
            "value": 89.0,
            "description": body["contactEvent"]["description"],
            "externalId": str(basket),
            "detail1": "Wazon Kalina",
            "detail3": "1",
            "detail6": "WA-KALINA",
            "detail7": vase,
            "detail8": "pl",
            "detail9": "PLN",
        },
    }
    assert before <= body["contactEvent"]["date"] <= time.time() * 1000
    assert re.fullmatch(rf"{world.shop}/koszyk/{basket}\.\w+\.[\w-]+", body["contactEvent"]["description"])

    # Whatever follows updates it, with the whole cart.
    add_variant(shopper, "Dywan Wrzos", "Rozmiar: 160 × 230 cm")
    both = the_event(world, JAN, "CART", value=618.0)
    assert both == cart | {
        "date": both["date"],
        "description": both["description"],
        "products": f"{vase},{rug}",
        "value": 618.0,
        "detail1": "Wazon Kalina,Dywan Wrzos 160 × 230 cm",
        "detail3": "1/1",
        "detail6": "WA-KALINA,DY-WRZOS-160",
        "detail7": f"{vase},{size}",
    }
    set_quantity(shopper, 0, 3)
    assert the_event(world, JAN, "CART", value=796.0)["detail3"] == "3/1"
    remove(shopper, "Dywan Wrzos")
    rest = the_event(world, JAN, "CART", value=267.0)
    assert (rest["eventId"], rest["products"], rest["detail3"]) == (cart["eventId"], vase, "3")

    # Emptied it is gone.
    remove(shopper, "Wazon Kalina")
    world.until(lambda: events(world, JAN, "CART") == [])
    assert len(calls(world, "/addContactExtEvent")) == 1

    # Filled again and bought it stays as it was, and one PURCHASE follows.
    add(shopper, "Wazon Kalina")
    again = the_event(world, JAN, "CART")
    updates = len(calls(world, "/updateContactExtEvent"))
    buy(shopper)
    purchase = the_event(world, JAN, "PURCHASE")
    number, bought_basket = newest_order(world)
    all_settled(world)
    assert purchase == {
        "eventId": purchase["eventId"],
        "contactId": purchase["contactId"],
        "email": JAN,
        "date": purchase["date"],
        "contactExtEventType": "PURCHASE",
        "products": vase,
        "value": 103.99,
        "description": "Płatność przy odbiorze",
        "externalId": number,
        "detail1": "Wazon Kalina",
        "detail2": number,
        "detail3": "1",
        "detail5": "Kurier InPost",
        "detail6": "WA-KALINA",
        "detail7": vase,
        "detail8": "pl",
        "detail9": "PLN",
    }
    assert (events(world, JAN, "CART"), again["externalId"]) == ([again], bought_basket)
    assert len(calls(world, "/updateContactExtEvent")) == updates
    assert len(calls(world, "/addContactExtEvent")) == 3
    assert world.contact(JAN)["state"] == "CUSTOMER"

    # Staff calls it off.
    cancel(staff, number)
    cancellation = the_event(world, JAN, "CANCELLATION")
    all_settled(world)
    assert cancellation == purchase | {
        "eventId": cancellation["eventId"],
        "date": cancellation["date"],
        "contactExtEventType": "CANCELLATION",
    }
    assert len(calls(world, "/addContactExtEvent")) == 4

    # Of another order one of two comes back, for less than it cost.
    add(shopper, "Wazon Kalina")
    set_quantity(shopper, 0, 2)
    buy(shopper)
    world.until(lambda: len(events(world, JAN, "PURCHASE")) == 2)
    number, _basket = newest_order(world)
    take_back(staff, number, quantity=1, amount="80,50")
    back = the_event(world, JAN, "RETURN")
    ((return_number,),) = world.query("SELECT id FROM order_paymentevent")
    bought = events(world, JAN, "PURCHASE")[1]
    assert (bought["externalId"], bought["value"], bought["detail3"]) == (number, 192.99, "2")
    assert back == bought | {
        "eventId": back["eventId"],
        "date": back["date"],
        "contactExtEventType": "RETURN",
        "value": 80.5,
        "detail2": str(return_number),
        "detail3": "1",
    }


def test_carts_belong_to_people_and_not_to_browsers(world, people: Callable[..., Page]) -> None:
    world.start("sandbox", "panel", "shop")
    world.connect()

    # Of somebody unknown nothing leaves, and one can read why.
    stranger = people(world.shop)
    accept_cookies(stranger)
    add(stranger, "Wazon Kalina")
    (event_id,) = world.until(lambda: world.query("SELECT event_id FROM ebexo_outbox_message"))[0]
    told = world.ask_api(f"events/{event_id}")
    assert (told["type"], told["state"], told["reason"]["code"]) == (
        "cart.product_added",
        "withheld",
        "unknown_visitor",
    )
    assert "CART" not in json.dumps(world.ask_sandbox("requests"))

    # Whoever is known by the cookie is told by it, and after the login by the address: one cart, one event.
    browser = people(world.shop)
    accept_cookies(browser)
    register(browser, EWA)
    contact_id = world.contact(EWA)["contactId"]
    world.until(lambda: smclient(browser) == contact_id)
    browser.goto("/accounts/logout/")
    add(browser, "Wazon Kalina")
    guests = the_event(world, EWA, "CART")
    (by_cookie,) = calls(world, "/addContactExtEvent")
    assert (by_cookie["contactId"], "email" in by_cookie) == (contact_id, False)

    log_in(browser, Login(EWA, PASSWORD, first_name="Ewa", last_name="Nowak"))
    browser.goto("/basket/")
    world.until(
        lambda: [event for event in events(world, EWA, "CART") if event["eventId"] != guests["eventId"]]
    )
    own = the_event(world, EWA, "CART")
    _by_cookie, by_address = calls(world, "/addContactExtEvent")
    assert (by_address["email"], "contactId" in by_address) == (EWA, False)
    assert (own["externalId"] != guests["externalId"], own["products"]) == (True, guests["products"])

    # The next person in the same browser has a cart of their own.
    browser.goto("/accounts/logout/")
    register(browser, ADAM)
    add(browser, "Zegar Lipa")
    adams = the_event(world, ADAM, "CART", detail1="Zegar Lipa")
    all_settled(world)
    assert events(world, EWA, "CART") == [own]
    assert adams["eventId"] != own["eventId"]

    # The link brings the cart back anywhere, once, and says of nobody whose it was.
    elsewhere = people(world.shop)
    for _ in range(2):
        elsewhere.goto(own["description"])
        expect(elsewhere).to_have_url(f"{world.shop}/basket/")
        expect(elsewhere.locator(".basket-items")).to_have_count(1)
        expect(elsewhere.locator(".basket-items")).to_contain_text("Wazon Kalina")
        expect(elsewhere.locator("#id_form-0-quantity")).to_have_value("1")
        expect(elsewhere.locator("#messages")).to_contain_text("Twój koszyk znów tu jest.")
    assert not any(secret in own["description"] for secret in (contact_id, EWA, "ewa"))

    # A guest who buys is a customer, too.
    buy_as_guest(elsewhere, ANNA)
    purchase = the_event(world, ANNA, "PURCHASE")
    assert (purchase["value"], purchase["externalId"]) == (103.99, newest_order(world)[0])
    assert world.contact(ANNA)["state"] == "CUSTOMER"
