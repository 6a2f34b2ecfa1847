"""The main job: a customer of a real shop arrives in SALESmanago, complete and once."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from demo.people.logins import PANEL_OPERATOR

REGISTRATION = {
    "first_name": "Zofia",
    "last_name": "Wiśniewska",
    "email": "Zofia.Wisniewska@Example.com",
    "password1": "bardzo-tajne-1",
    "password2": "bardzo-tajne-1",
    "phone": "601 202 303",
    "company": "Wiśnia i Synowie",
    "birth_date": "1984-03-17",
}
ADDRESS = {
    "first_name": "Zofia",
    "last_name": "Wiśniewska",
    "line1": "ul. Lipowa 7/3",
    "line4": "Kraków",
    "state": "małopolskie",
    "postcode": "30-002",
}
EMAIL = "zofia.wisniewska@example.com"
FLAGS = ("forceOptIn", "forceOptOut", "forcePhoneOptIn", "forcePhoneOptOut", "useApiDoubleOptIn")


def register(page: Page, **changes: str) -> None:
    page.goto("/accounts/register/")
    for name, value in (REGISTRATION | changes).items():
        page.fill(f"#id_{name}", value)
    page.click("button[name=registration_submit]")
    expect(page.locator("#logout_link")).to_be_attached()


def log_in(page: Page, email: str, password: str) -> None:
    page.goto("/accounts/login/")
    page.fill("#id_login-username", email)
    page.fill("#id_login-password", password)
    page.click("button[name=login_submit]")
    expect(page.locator("#logout_link")).to_be_attached()


def accept_cookies(page: Page) -> None:
    page.goto("/")
    page.click("#cookie_banner button[value=all]")
    expect(page.locator("#cookie_banner")).to_have_count(0)


def smclient(page: Page) -> str | None:
    return next((cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "smclient"), None)


def fill_in_the_seven_fields(page: Page, world) -> None:
    page.goto("/panel/login/")
    page.fill("#id_username", PANEL_OPERATOR.email)
    page.fill("#id_password", PANEL_OPERATOR.password)
    page.keyboard.press("Enter")
    expect(page).not_to_have_url(re.compile("login"))
    page.goto(f"/panel/{world.store}/salesmanago/")
    page.check("#id_active")
    page.fill("#id_owner_email", "owner@shop.example")
    page.fill("#id_client_id", "sandbox-client")
    page.fill("#id_api_secret", "sandbox-secret")
    page.fill("#id_endpoint", world.sandbox)
    page.check("#id_mode_0")
    page.click("#save")


@pytest.mark.parametrize(
    ("locale", "works"),
    [
        ("pl-PL", "Połączenie działa."),
        pytest.param("en-US", "The connection works.", marks=pytest.mark.long),
    ],
)
def test_merchant_fills_in_seven_fields_and_the_page_says_that_it_works(world, people, locale, works) -> None:
    world.start("sandbox", "panel")
    merchant = people(world.panel, locale=locale)

    fill_in_the_seven_fields(merchant, world)

    expect(merchant.locator("body")).to_contain_text(works)
    assert "sandbox-secret" not in merchant.content()


def test_somebody_who_registers_arrives_with_every_field(world, people: Callable[..., Page]) -> None:
    world.start("sandbox", "panel", "shop")
    fill_in_the_seven_fields(people(world.panel), world)
    shopper = people(world.shop)
    accept_cookies(shopper)

    register(shopper)
    shopper.goto("/accounts/addresses/add/")
    for name, value in ADDRESS.items():
        shopper.fill(f"#id_{name}", value)
    shopper.select_option("#id_country", "PL")
    shopper.click("main form button[type=submit]")
    expect(shopper).to_have_url(f"{world.shop}/accounts/addresses/")

    world.contact(EMAIL)
    first, second = world.until(lambda: len(found := world.upserts(EMAIL)) == 2 and found)
    created_on = first["dictionaryProperties"][0]["value"]
    customer_id = first["contact"]["externalId"]
    assert first | {"apiKey": "", "sha": "", "requestTime": 0} == {
        "clientId": "sandbox-client",
        "apiKey": "",
        "sha": "",
        "requestTime": 0,
        "owner": "owner@shop.example",
        "async": False,
        "contact": {
            "email": EMAIL,
            "name": "Zofia Wiśniewska",
            "phone": "+48601202303",
            "company": "Wiśnia i Synowie",
            "externalId": customer_id,
            "state": "PROSPECT",
        },
        "birthday": "19840317",
        "lang": "PL",
        "tags": ["SHOP_REGISTRATION"],
        "dictionaryProperties": [{"name": "createdOn", "type": "DATE", "value": created_on}],
        "forceOptIn": True,
        "forceOptOut": False,
        "forcePhoneOptIn": False,
        "forcePhoneOptOut": False,
        "useApiDoubleOptIn": False,
    }
    assert [second[flag] for flag in FLAGS] == [False] * 5
    contact = world.contact(EMAIL)
    told = {
        name: contact[name]
        for name in (
            "name", "email", "phone", "address", "province", "company", "state", "birthdayYear", "birthdayMonth",
            "birthdayDay", "externalId", "lang", "tags", "dictionaryProperties", "email_status",
        )
    }  # fmt: skip
    told["tags"] = sorted(told["tags"])
    assert told == {
        "name": "Zofia Wiśniewska",
        "email": EMAIL,
        "phone": "+48601202303",
        "address": {
            "streetAddress": "ul. Lipowa 7/3",
            "zipCode": "30-002",
            "city": "Kraków",
            "country": "PL",
        },
        "province": "małopolskie",
        "company": "Wiśnia i Synowie",
        "state": "PROSPECT",
        "birthdayYear": "1984",
        "birthdayMonth": "03",
        "birthdayDay": "17",
        "externalId": customer_id,
        "lang": "PL",
        "tags": ["SHOP_DATA_EDIT", "SHOP_REGISTRATION"],
        "dictionaryProperties": [
            {"name": "createdOn", "type": "DATE", "value": contact["dictionaryProperties"][0]["value"]}
        ],
        "email_status": "opt_in",
    }
    assert abs(int(created_on) / 1000 - datetime.now(UTC).timestamp()) < 120
    shopper.goto("/")
    assert smclient(shopper) == contact["contactId"]


def test_login_edit_and_newsletter_are_one_upsert_each(world, people: Callable[..., Page]) -> None:
    world.start("sandbox", "panel", "shop")
    world.connect()
    register(people(world.shop))
    contact_id = world.contact(EMAIL)["contactId"]
    elsewhere = people(world.shop)
    accept_cookies(elsewhere)

    log_in(elsewhere, EMAIL, REGISTRATION["password1"])
    world.until(lambda: len(world.upserts(EMAIL)) == 2)
    elsewhere.goto("/accounts/profile/edit/")
    elsewhere.fill("#id_company", "Wiśnia")
    elsewhere.click("#profile_form button[type=submit]")
    world.until(lambda: len(world.upserts(EMAIL)) == 3)
    elsewhere.fill("#newsletter_email", EMAIL)
    elsewhere.click("#newsletter_form button")
    world.until(lambda: len(world.upserts(EMAIL)) == 4)

    bodies = world.upserts(EMAIL)
    assert [body["tags"] for body in bodies] == [
        ["SHOP_REGISTRATION"],
        ["SHOP_LOGIN"],
        ["SHOP_DATA_EDIT"],
        ["SHOP_NEWSLETTER"],
    ]
    assert [body["contact"]["company"] for body in bodies] == [
        "Wiśnia i Synowie",
        "Wiśnia i Synowie",
        "Wiśnia",
        "Wiśnia",
    ]
    assert [[body[flag] for flag in FLAGS] for body in bodies] == [
        [True, False, False, False, False],
        [False, False, False, False, False],
        [False, False, False, False, False],
        [True, False, False, False, False],
    ]
    assert smclient(elsewhere) == contact_id
    assert len(world.ask_sandbox("contacts")["contacts"]) == 1


def test_changed_address_keeps_one_contact(world, people: Callable[..., Page]) -> None:
    world.start("sandbox", "panel", "shop")
    world.connect()
    shopper = people(world.shop)
    register(shopper)
    contact_id = world.contact(EMAIL)["contactId"]

    shopper.goto("/accounts/profile/edit/")
    shopper.fill("#id_email", "zofia@nowy.example")
    shopper.click("#profile_form button[type=submit]")

    assert world.contact("zofia@nowy.example")["contactId"] == contact_id
    assert world.ask_sandbox(f"contacts/{EMAIL}") is None
    assert len(world.ask_sandbox("contacts")["contacts"]) == 1


def test_person_who_opted_out_at_salesmanago_stays_opted_out(world, people: Callable[..., Page]) -> None:
    world.start("sandbox", "panel", "shop")
    world.connect()
    shopper = people(world.shop)
    register(shopper)
    world.contact(EMAIL)
    world.tell_sandbox(f"unsubscribe/{EMAIL}")

    log_in(people(world.shop), EMAIL, REGISTRATION["password1"])
    world.until(lambda: len(world.upserts(EMAIL)) == 2)

    assert world.contact(EMAIL)["email_status"] == "opt_out"
