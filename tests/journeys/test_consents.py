"""Consents as shoppers give and take them back, with a real shop, a real browser and a real sandbox."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

EMAIL = "zofia@example.com"
PASSWORD = "bardzo-tajne-1"
REGISTRATION = {
    "first_name": "Zofia",
    "last_name": "Wiśniewska",
    "email": EMAIL,
    "password1": PASSWORD,
    "password2": PASSWORD,
    "phone": "601 202 303",
    "company": "Wiśnia",
    "birth_date": "1984-03-17",
}
NEWSLETTER = {
    "opt_in": "Otrzymujesz nasz newsletter.",
    "opt_out": "Nie otrzymujesz naszego newslettera.",
    "pending": "Czekamy na Twoje potwierdzenie",
}
MONITORING_CODE = "script[src$='/static/sm.js']"
FLAGS = ("forceOptIn", "forceOptOut", "useApiDoubleOptIn")
GRANTING, LEAVING, LEFT_ALONE = [True, False, True], [False, True, False], [False, False, False]


def ask_for_consent(world: Any, mode: str) -> None:
    """What a merchant does under Konfiguracja → Zgody and in the settings, by the command line."""
    world.ebexo("consent", "add", world.store, "marketing", "--name", "Marketing", "--text", "Chcę listów.")
    world.connect()
    world.ebexo("store", "update", world.store, "--mode", mode, "--consent", "marketing")


def register(page: Page, *, ticked: bool) -> None:
    page.goto("/accounts/register/")
    for name, value in REGISTRATION.items():
        page.fill(f"#id_{name}", value)
    page.set_checked("#id_consent_marketing", ticked)
    page.click("button[name=registration_submit]")
    expect(page.locator("#logout_link")).to_be_attached()


def log_in(page: Page) -> None:
    page.goto("/accounts/login/")
    page.fill("#id_login-username", EMAIL)
    page.fill("#id_login-password", PASSWORD)
    page.click("button[name=login_submit]")
    expect(page.locator("#logout_link")).to_be_attached()


def decide(page: Page, *, granted: bool) -> None:
    """Tick or clear the box in the profile, and save."""
    page.goto("/accounts/profile/")
    page.set_checked("#id_consent_marketing", granted)
    page.click("#consents_form button[type=submit]")
    expect(page.locator("#messages")).to_contain_text("Zapisaliśmy Twoje zgody.")


def delete_account(page: Page) -> None:
    page.goto("/accounts/profile/")
    page.click("#delete_profile")
    page.fill("#id_password", PASSWORD)
    page.click("#delete_profile_form button[type=submit]")
    expect(page.locator("#login_link")).to_be_attached()


def edit_company(page: Page, company: str) -> None:
    page.goto("/accounts/profile/edit/")
    page.fill("#id_company", company)
    page.click("#profile_form button[type=submit]")
    expect(page.locator("#profile")).to_contain_text(company)


def newsletter_is(world: Any, page: Page, status: str) -> None:
    """The profile says so, now or as soon as it is known."""

    def shown() -> bool:
        page.goto("/accounts/profile/")
        section = page.locator("#newsletter_status")
        return section.count() == 1 and NEWSLETTER[status] in section.inner_text()

    world.until(shown)


def about(world: Any, email: str) -> list[dict[str, Any]]:
    """Every request to the sandbox that speaks of this person."""
    return [
        entry for entry in world.ask_sandbox("requests")["requests"] if email in json.dumps(entry["body"])
    ]


def flags(world: Any) -> list[list[bool]]:
    return [[body[flag] for flag in FLAGS] for body in world.upserts(EMAIL)]


def messages(world: Any) -> list[tuple[str, str, str | None]]:
    """Type, state and reason of every message, oldest first."""
    rows = world.query("SELECT type, state, reason FROM ebexo_outbox_message ORDER BY id")
    return [(row[0], row[1], row[2]) for row in rows]


def all_done(world: Any, number: int) -> list[tuple[str, str, str | None]]:
    """The messages, as soon as there are `number` of them and none waits."""

    def done() -> list[tuple[str, str, str | None]] | None:
        found = messages(world)
        waits = any(state in ("waiting", "in_flight") for _type, state, _reason in found)
        return found if len(found) == number and not waits else None

    found: list[tuple[str, str, str | None]] = world.until(done)
    return found


def test_double_opt_in_from_the_first_tick_to_the_unsubscription(world, people: Callable[..., Page]) -> None:
    world.start("sandbox", "panel", "shop")
    ask_for_consent(world, "double-opt-in")
    world.paste_callbacks()
    shopper = people(world.shop)
    shopper.goto("/")
    shopper.click("#cookie_banner button[value=all]")

    with shopper.expect_response("**/ebexo/smclient") as answered:
        register(shopper, ticked=False)
    assert answered.value.json() == {"again": False, "monitored": False}
    assert shopper.locator(MONITORING_CODE).count() == 0
    assert all_done(world, 1) == [("customer.registered", "withheld", "no_consent")]
    event_id = world.query("SELECT event_id FROM ebexo_outbox_message")[0][0]
    assert world.ask_api(f"events/{event_id}")["reason"] == {
        "code": "no_consent",
        "text": "The person has not given the consent that this integration asks for.",
    }
    assert about(world, EMAIL) == []

    decide(shopper, granted=True)
    contact = world.contact(EMAIL)
    assert flags(world) == [GRANTING]
    (body,) = world.upserts(EMAIL)
    assert (body["contact"]["name"], body["contact"]["phone"], body["birthday"]) == (
        "Zofia Wiśniewska",
        "+48601202303",
        "19840317",
    )
    assert (contact["company"], contact["lang"], contact["email_status"]) == ("Wiśnia", "PL", "pending_doi")
    assert len(contact["confirmations"]) == 1
    newsletter_is(world, shopper, "pending")

    world.tell_sandbox(f"confirm/{EMAIL}")
    newsletter_is(world, shopper, "opt_in")
    assert world.contact(EMAIL)["email_status"] == "opt_in"
    assert flags(world) == [GRANTING]

    world.tell_sandbox(f"unsubscribe/{EMAIL}")
    newsletter_is(world, shopper, "opt_out")
    expect(shopper.locator("#consents")).to_contain_text("Zgoda wycofana:")
    before = len(messages(world))
    log_in(people(world.shop))
    edit_company(shopper, "Wiśnia i Synowie")
    told_since = all_done(world, before + 2)[before:]
    assert told_since == [
        ("customer.logged_in", "withheld", "no_consent"),
        ("customer.updated", "withheld", "no_consent"),
    ]
    assert flags(world) == [GRANTING]
    contact = world.contact(EMAIL)
    assert (contact["email_status"], len(contact["confirmations"])) == ("opt_out", 1)

    decide(shopper, granted=True)
    world.until(lambda: len(world.upserts(EMAIL)) == 2)
    assert flags(world) == [GRANTING, GRANTING]
    assert len(world.contact(EMAIL)["confirmations"]) == 2


def test_withdrawal_is_one_opt_out_without_data_and_then_silence(world, people: Callable[..., Page]) -> None:
    world.start("sandbox", "panel", "shop")
    ask_for_consent(world, "consent")
    shopper = people(world.shop)
    shopper.goto("/")
    shopper.click("#cookie_banner button[value=all]")
    register(shopper, ticked=True)
    world.contact(EMAIL)
    world.until(lambda: "smclient" in {cookie["name"] for cookie in shopper.context.cookies()})
    expect(shopper.locator(MONITORING_CODE)).to_have_count(1)

    decide(shopper, granted=False)
    assert "smclient" not in {cookie["name"] for cookie in shopper.context.cookies()}
    assert shopper.locator("script[src*='ebexo/monitoring']").count() == 0
    all_done(world, 2)
    edit_company(shopper, "Wiśnia i Synowie")
    decide(shopper, granted=False)
    log_in(people(world.shop))
    told = all_done(world, 4)

    assert told == [
        ("customer.registered", "delivered", None),
        ("consent.changed", "delivered", None),
        ("customer.updated", "withheld", "no_consent"),
        ("customer.logged_in", "withheld", "no_consent"),
    ]
    registration, opt_out = world.upserts(EMAIL)
    assert [registration[flag] for flag in FLAGS] == [True, False, False]
    assert [opt_out[flag] for flag in FLAGS] == LEAVING
    assert opt_out["contact"] == {"email": EMAIL}
    assert about(world, EMAIL)[-1]["body"] == opt_out
    assert world.contact(EMAIL)["email_status"] == "opt_out"
    newsletter_is(world, shopper, "opt_out")


def test_unsubscribing_in_the_profile_opts_out_and_a_sign_up_opts_in_again(
    world, people: Callable[..., Page]
) -> None:
    world.start("sandbox", "panel", "shop")
    world.ebexo("consent", "add", world.store, "marketing", "--name", "Marketing", "--text", "Chcę listów.")
    world.connect()
    shopper = people(world.shop)
    register(shopper, ticked=False)
    world.contact(EMAIL)
    newsletter_is(world, shopper, "opt_in")

    shopper.click("#unsubscribe")
    expect(shopper.locator("#newsletter_status")).to_contain_text(NEWSLETTER["opt_out"])
    world.until(lambda: world.contact(EMAIL)["email_status"] == "opt_out")
    log_in(people(world.shop))
    all_done(world, 3)
    assert world.contact(EMAIL)["email_status"] == "opt_out"

    shopper.fill("#newsletter_email", EMAIL)
    shopper.click("#newsletter_form button")
    world.until(lambda: world.contact(EMAIL)["email_status"] == "opt_in")
    newsletter_is(world, shopper, "opt_in")


def test_guest_who_ticks_the_box_in_the_checkout_is_sent(world, people: Callable[..., Page]) -> None:
    world.start("sandbox", "panel", "shop")
    ask_for_consent(world, "consent")
    for email, ticked in (("anna@example.com", False), (EMAIL, True)):
        guest = people(world.shop)
        buy_as_guest(guest, email, ticked=ticked)

    contact = world.contact(EMAIL)

    assert (contact["name"], contact["province"], contact["email_status"]) == (
        "Zofia Wiśniewska",
        "łódzkie",
        "opt_in",
    )
    assert about(world, "anna@example.com") == []
    assert all_done(world, 4) == [
        ("cart.product_added", "withheld", "unknown_visitor"),
        ("order.placed", "withheld", "no_consent"),
        ("cart.product_added", "withheld", "unknown_visitor"),
        ("order.placed", "delivered", None),
    ]


def buy_as_guest(page: Page, email: str, *, ticked: bool) -> None:
    page.goto("/")
    page.locator(".product_pod", has_text="Wazon Kalina").get_by_role("button").click()
    page.goto("/checkout/")
    page.fill("#id_username", email)
    page.get_by_role("button", name="Dalej").click()
    address = {
        "first_name": "Zofia",
        "last_name": "Wiśniewska",
        "line1": "ul. Polna 1",
        "line4": "Łódź",
        "state": "łódzkie",
        "postcode": "90-001",
    }
    for name, value in address.items():
        page.fill(f"#id_{name}", value)
    page.get_by_role("button", name="Dalej").click()
    page.click("#view_preview")
    expect(page.locator("#checkout_consent_marketing")).not_to_be_checked()
    page.set_checked("#checkout_consent_marketing", ticked)
    page.click("#place-order")
    expect(page.locator("h1")).to_contain_text("potwierdzenie")


@pytest.mark.parametrize("mode", ["automatic", pytest.param("consent", marks=pytest.mark.long)])
def test_deleted_account_is_erased_everywhere_and_only_the_person_comes_back(
    world, people: Callable[..., Page], mode: str
) -> None:
    world.start("sandbox", "panel", "shop")
    ask_for_consent(world, mode)
    shopper = people(world.shop)
    shopper.goto("/")
    shopper.click("#cookie_banner button[value=all]")
    register(shopper, ticked=True)
    world.contact(EMAIL)
    world.until(lambda: "smclient" in {cookie["name"] for cookie in shopper.context.cookies()})

    delete_account(shopper)
    assert "smclient" not in {cookie["name"] for cookie in shopper.context.cookies()}
    world.until(lambda: world.ask_sandbox(f"contacts/{EMAIL}") is None)
    all_done(world, 2)
    deletion = about(world, EMAIL)[-1]
    assert (deletion["path"], deletion["body"]["permanently"]) == ("/api/contact/delete", True)

    late = {
        "id": "late-1",
        "type": "customer.updated",
        "occurred_at": "2026-11-20T12:00:00+01:00",
        "customer": {"email": EMAIL, "first_name": "Zofia"},
    }
    world.tell_api(late)
    assert world.ask_api("events/late-1")["reason"]["code"] == "erased"
    assert about(world, EMAIL)[-1] == deletion
    assert world.ask_sandbox(f"contacts/{EMAIL}") is None

    register(shopper, ticked=True)
    assert world.contact(EMAIL)["email_status"] == "opt_in"
    assert world.query("SELECT event_type FROM ebexo_contacts_return") == [("customer.registered",)]
