"""The cookie `smclient` and the monitoring code: never before the cookie choice, never at the shopper's cost."""

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

PASSWORD = "bardzo-tajne-1"


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


def requests_of(page: Page) -> list[str]:
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))
    return seen


def test_nothing_is_loaded_before_the_cookie_choice(world, people: Callable[..., Page]) -> None:
    world.start("sandbox", "panel", "shop")
    world.connect()
    shopper = people(world.shop)
    seen = requests_of(shopper)

    register(shopper, "ewa@example.com")
    world.contact("ewa@example.com")
    shopper.goto("/catalogue/")

    assert [url for url in seen if "ebexo" in url or world.sandbox in url] == []
    assert smclient(shopper) is None
    assert world.ask_sandbox("visits") == {"visits": []}


@pytest.mark.long
def test_only_necessary_cookies_means_no_monitoring(world, people: Callable[..., Page]) -> None:
    world.start("sandbox", "panel", "shop")
    world.connect()
    shopper = people(world.shop)
    shopper.goto("/")
    shopper.click("#cookie_banner button[value=necessary]")
    seen = requests_of(shopper)

    register(shopper, "ewa@example.com")
    world.contact("ewa@example.com")
    shopper.goto("/")

    assert [url for url in seen if "ebexo" in url or world.sandbox in url] == []
    assert smclient(shopper) is None


def test_open_page_gets_smclient_without_a_reload(world, people: Callable[..., Page]) -> None:
    world.start("sandbox", "panel", "shop")
    world.connect()
    world.order_fault({"path": "contact/upsert", "fault": "latency", "seconds": 3})
    shopper = people(world.shop)
    accept_cookies(shopper)
    durations: list[float] = []
    shopper.on("requestfinished", lambda request: durations.append(request.timing["responseEnd"] / 1000))

    register(shopper, "ewa@example.com")
    open_at = shopper.url
    assert smclient(shopper) is None
    contact = world.contact("ewa@example.com")
    answered_at = time.monotonic() + 3
    world.until(lambda: smclient(shopper))

    assert smclient(shopper) == contact["contactId"]
    assert time.monotonic() - answered_at < 3.5
    assert shopper.url == open_at
    assert max(durations) < 3


def test_pages_carry_the_monitoring_code_and_report_the_contact(world, people: Callable[..., Page]) -> None:
    world.start("sandbox", "panel", "shop")
    world.connect()
    shopper = people(world.shop)
    accept_cookies(shopper)
    register(shopper, "ewa@example.com")
    contact_id = world.contact("ewa@example.com")["contactId"]

    shopper.goto("/catalogue/")
    world.until(lambda: smclient(shopper))
    shopper.goto("/")
    visits = world.until(
        lambda: ([visit for visit in world.ask_sandbox("visits")["visits"] if visit["client"]])
    )

    assert {(visit["smid"], visit["client"]) for visit in visits} == {("sandbox-client", contact_id)}


def test_cookie_changes_hands_when_another_person_logs_in(world, people: Callable[..., Page]) -> None:
    world.start("sandbox", "panel", "shop")
    world.connect()
    browser = people(world.shop)
    accept_cookies(browser)
    for email in ("ewa@example.com", "adam@example.com"):
        register(browser, email)
        contact_id = world.contact(email)["contactId"]
        world.until(lambda expected=contact_id: smclient(browser) == expected)
        browser.goto("/accounts/logout/")

    browser.goto("/accounts/login/")
    browser.fill("#id_login-username", "ewa@example.com")
    browser.fill("#id_login-password", PASSWORD)
    browser.click("button[name=login_submit]")
    expect(browser.locator("#logout_link")).to_be_attached()

    assert smclient(browser) == world.contact("ewa@example.com")["contactId"]


def test_newsletter_sign_up_without_an_account_is_monitored_too(world, people: Callable[..., Page]) -> None:
    world.start("sandbox", "panel", "shop")
    world.connect()
    shopper = people(world.shop)
    accept_cookies(shopper)

    shopper.fill("#newsletter_email", "Ciekawa@Example.com")
    shopper.click("#newsletter_form button")

    contact = world.contact("ciekawa@example.com")
    world.until(lambda: smclient(shopper) == contact["contactId"])
    assert contact["tags"] == ["SHOP_NEWSLETTER"]
    assert contact["email_status"] == "opt_in"
