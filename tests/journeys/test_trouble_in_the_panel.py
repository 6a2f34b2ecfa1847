"""A shop in trouble: the start page names every trouble, and each is put right from there in at most three clicks."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils.formats import date_format
from django.utils.translation import override
from playwright.sync_api import Page, expect

from demo.people.logins import PANEL_OPERATOR

SEED = Path(__file__).with_name("seed_trouble.py")
WARSAW = ZoneInfo("Europe/Warsaw")
MOST_CLICKS = 3
REFUSED = ("odmowa-1@example.com", "odmowa-2@example.com")
WAITING = ("czeka-1@example.com", "czeka-2@example.com", "czeka-3@example.com")


def in_the_shop(world: Any, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], env=world.environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def sweep(world: Any) -> None:
    in_the_shop(world, "-m", "demo.manage", "ebexo_sweep")


def give_secret(world: Any, secret: str) -> None:
    command = [
        "-c",
        "from ebexo.cli import main; main()",
        "store",
        "update",
        world.store,
        "--api-secret-stdin",
    ]
    subprocess.run(
        [sys.executable, *command], env=world.environment, input=secret, text=True, capture_output=True, check=False
    )  # fmt: skip


def tell(world: Any, *emails: str) -> None:
    at = datetime.now(WARSAW).isoformat()
    for email in emails:
        event = {"id": f"event-{email}", "type": "customer.registered", "occurred_at": at}
        world.tell_api({**event, "customer": {"email": email}})


def states(world: Any) -> Counter[str]:
    return Counter(state for (state,) in world.query("SELECT state FROM ebexo_outbox_message"))


class Clicks:
    """Clicks on a page, counted."""

    def __init__(self, page: Page) -> None:
        self._page, self.count = page, 0

    def click(self, target: str) -> None:
        self.count += 1
        self._page.click(target)


class StartPage:
    """The start page of the store in a browser, in Polish."""

    def __init__(self, page: Page, world: Any) -> None:
        self.page, self._address = page, f"/panel/{world.store}/"

    def log_in(self) -> None:
        self.page.goto("/panel/login/")
        self.page.fill("#id_username", PANEL_OPERATOR.email)
        self.page.fill("#id_password", PANEL_OPERATOR.password)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(lambda address: "login" not in address)

    @contextmanager
    def remedy(self) -> Iterator[Clicks]:
        """What is done here begins on the start page and takes three clicks at most."""
        self.page.goto(self._address)
        clicks = Clicks(self.page)
        yield clicks
        assert 1 <= clicks.count <= MOST_CLICKS

    def troubles(self) -> dict[str, str]:
        """What the page says there is to do now, by name."""
        self.page.goto(self._address)
        items = self.page.locator("#troubles li").all()
        return {
            item.get_attribute("data-trouble") or "": item.locator(".panel-trouble").inner_text()
            for item in items
        }


@pytest.fixture
def in_trouble(world: Any) -> tuple[Any, dict[str, int], str]:
    """The world, when each missing order was placed, and since when SALESmanago refuses, in Polish."""
    world.start("sandbox")
    world.connect()
    in_the_shop(world, str(SEED), "withheld")
    placed = json.loads(in_the_shop(world, str(SEED), "orders"))
    for email in REFUSED:
        world.order_fault({"path": "contact/", "fault": "refuse_email", "email": email, "times": 1})
    world.start("panel")
    tell(world, *REFUSED)
    world.until(lambda: states(world)["failed"] == len(REFUSED))
    give_secret(world, "wrong-secret")
    tell(world, *WAITING)
    refused = "SELECT 1 FROM ebexo_outbox_lane WHERE paused_reason IS NOT NULL"
    world.until(lambda: world.query(refused))
    since = datetime.fromisoformat(json.loads(in_the_shop(world, str(SEED), "yesterday")))
    sweep(world)
    with override("pl"):
        return world, placed, date_format(since.astimezone(WARSAW), "j E Y, H:i")


def purchases(world: Any) -> list[tuple[str, int]]:
    events = world.ask_sandbox("events")["events"]
    return sorted(
        (event["externalId"], event["date"]) for event in events if event["contactExtEventType"] == "PURCHASE"
    )


@pytest.mark.long
def test_every_trouble_is_put_right_from_the_start_page_in_three_clicks(
    in_trouble: tuple[Any, dict[str, int], str], people: Callable[..., Page]
) -> None:
    world, placed, since = in_trouble
    page = people(world.panel)
    start = StartPage(page, world)
    start.log_in()

    assert start.troubles() == {
        "missing": "7 zamówień z ostatnich 7 dni nie dotarło do SALESmanago.",
        "failed": "2 wiadomości nie dostarczono do SALESmanago.",
        "withheld-integration_off": "312 wiadomości z ostatnich 14 dni wstrzymano, gdy integracja była wyłączona.",
    }
    expect(page.locator("#state h2")).to_have_text("Brak połączenia")
    expect(page.locator("#refused")).to_have_text(
        f"SALESmanago odmawia od {since}. 3 wiadomości czekają; nic nie przepadło."
    )

    with start.remedy() as clicks:
        clicks.click("#remedy")
        page.fill("#id_api_secret", "sandbox-secret")
        clicks.click("#save")
        expect(page.locator(".panel-success")).to_have_text("Połączenie działa.")
    for email in WAITING:
        world.contact(email)
    world.until(lambda: states(world)["waiting"] == 0)
    start.troubles()
    expect(page.locator("#refused")).to_have_count(0)
    expect(page.locator("#state h2")).to_have_text("Integracja działa")

    with start.remedy() as clicks:
        clicks.click("[data-trouble=failed] button")
        expect(page.locator(".panel-success")).to_have_text("2 wiadomości zostaną wysłane ponownie.")
    for email in REFUSED:
        world.contact(email)
    assert "failed" not in start.troubles()

    with start.remedy() as clicks:
        clicks.click("[data-trouble=missing] a")
        clicks.click("#send")
        expect(page.locator(".panel-success")).to_contain_text("7 zamówień zostanie podanych i wysłanych")
    sweep(world)
    world.until(lambda: len(purchases(world)) >= len(placed))
    assert "missing" not in start.troubles()

    with start.remedy() as clicks:
        clicks.click("[data-trouble=withheld-integration_off] button")
        sweep(world)
        expect(page.locator("#import")).to_have_attribute("data-state", "rehearsed", timeout=60_000)
        clicks.click("#start")
        expect(page.locator("#import")).to_have_attribute("data-state", "done", timeout=60_000)
    world.contact("klient-11@example.com")
    assert start.troubles() == {}

    sweep(world)
    world.until(lambda: states(world)["waiting"] + states(world)["in_flight"] == 0)
    assert purchases(world) == sorted(placed.items())
    assert {email: len(world.upserts(email)) for email in (*WAITING, *REFUSED)} == dict.fromkeys(
        (*WAITING, *REFUSED), 1
    )
    emails = {contact["email"] for contact in world.ask_sandbox("contacts")["contacts"]}
    missing = {f"klient-{number}@example.com" for number in range(12)} - emails
    assert missing == set()
