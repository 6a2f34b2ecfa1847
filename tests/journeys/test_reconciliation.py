"""An order that nobody ever told is found in the shop's own table, and sent from the panel."""

import re
import subprocess
import sys
from collections.abc import Callable

from playwright.sync_api import Page, expect

from demo.people.logins import PANEL_OPERATOR

EMAIL = "zapomniana@example.com"
ORDER = f"""
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "demo.settings"
import django
django.setup()
from decimal import Decimal
from django.utils import timezone
from ebexo_oscar.models import OrdersWatch
from oscar.core.loading import get_model
get_model("order", "Order").objects.create(
    number="900001", currency="PLN", total_incl_tax=Decimal("123.45"), total_excl_tax=Decimal("123.45"),
    guest_email="{EMAIL}", date_placed=timezone.now(), status="Nowe",
)
OrdersWatch.objects.update_or_create(store=os.environ["SHOP_STORE"], defaults={{"since": timezone.now()}})
"""
"""As an import into the shop, or a restored backup, leaves it: the sweep for untold orders begins after it."""


def in_the_shop(world, *arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], env=world.environment, check=True, capture_output=True)


def sweep(world) -> None:
    in_the_shop(world, "-m", "demo.manage", "ebexo_sweep")


def test_missing_order_is_found_in_the_shop_and_sent(world, people: Callable[..., Page]) -> None:
    world.start("sandbox", "panel")
    world.connect()
    in_the_shop(world, "-c", ORDER)
    sweep(world)
    merchant = people(world.panel, locale="en-GB")
    merchant.goto("/panel/login/")
    merchant.fill("#id_username", PANEL_OPERATOR.email)
    merchant.fill("#id_password", PANEL_OPERATOR.password)
    merchant.keyboard.press("Enter")
    expect(merchant).not_to_have_url(re.compile("login"))

    merchant.goto(f"/panel/{world.store}/rozliczenie/")
    expect(merchant.locator("#missing-title")).to_have_text("1 order is missing")
    expect(merchant.locator("td[data-standing=missing]").first).to_contain_text("123.45 PLN")
    merchant.click("#send")
    expect(merchant.locator(".panel-success")).to_contain_text("1 order is told and sent")
    sweep(world)
    arrived = world.until(lambda: world.ask_sandbox(f"events?email={EMAIL}")["events"])
    world.until(lambda: "acknowledged" in _standings(merchant, world))

    assert [(event["externalId"], event["value"]) for event in arrived] == [("900001", 123.45)]
    expect(merchant.locator("#missing")).to_have_count(0)
    expect(merchant.locator("#sent")).to_contain_text("the shop told 1 missing order.")


def _standings(page: Page, world) -> list[str]:
    """How the orders of the last days stand, as the page shows it now."""
    page.goto(f"/panel/{world.store}/rozliczenie/")
    cells = page.locator("td[data-standing]:has(a)")
    return [cell.get_attribute("data-standing") or "" for cell in cells.all()]
