"""The shop's process is killed between the commit of an order and the telling of it: its PURCHASE arrives, and once."""

import http.client
import sqlite3
import subprocess
import sys
import time
import urllib.request
from contextlib import closing
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import urlencode

import pytest

ANNA, ADAM = "anna@example.com", "adam@example.com"
ADDRESS = {
    "first_name": "Anna",
    "last_name": "Nowak",
    "line1": "ul. Polna 1",
    "line4": "Łódź",
    "state": "łódzkie",
    "postcode": "90-001",
    "country": "PL",
}


class Shopper:
    """A guest with a browser that keeps cookies and shows nothing."""

    def __init__(self, world: Any) -> None:
        self.world, self.cookies = world, CookieJar()
        self.browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def send(self, path: str, **fields: str) -> None:
        if not len(self.cookies):
            self.browser.open(f"{self.world.shop}/accounts/login/", timeout=20).close()
        token = next(cookie.value for cookie in self.cookies if cookie.name == "shop_csrf")
        body = urlencode(fields | {"csrfmiddlewaretoken": token or ""}).encode()
        self.browser.open(self.world.shop + path, body, timeout=20).close()

    def buy(self, email: str) -> None:
        ((vase,),) = self.world.query("SELECT id FROM catalogue_product WHERE upc = 'WA-KALINA'")
        self.send(f"/basket/add/{vase}/", quantity="1")
        self.send("/checkout/", username=email, options="anonymous")
        self.send("/checkout/shipping-address/", **ADDRESS)
        self.send("/checkout/shipping-method/", method_code="inpost-courier")
        self.send("/checkout/preview/", action="place_order")


@pytest.fixture
def after_the_kill(world: Any) -> Any:
    """Anna ordered, the order was committed, and the shop's process was killed at that moment; a minute ago."""
    world.connect()
    world.start("sandbox", "panel")
    world.start("shop", EBEXO_FAILPOINTS="kept=kill")
    with pytest.raises((OSError, http.client.HTTPException)):
        Shopper(world).buy(ANNA)
    world.until(lambda: world.programs["shop"].has_ended)
    world.kill("shop")
    assert world.query("SELECT COUNT(*) FROM order_order WHERE guest_email = 'anna@example.com'") == [(1,)]
    assert world.query("SELECT COUNT(*) FROM ebexo_outbox_message WHERE type = 'order.placed'") == [(0,)]
    with closing(sqlite3.connect(world.data / "ebexo.sqlite3", timeout=5)) as database:
        database.execute("UPDATE ebexo_oscar_keptevent SET tried_at = datetime('now', '-2 minutes')")
        database.commit()
    return world


def sweep(world: Any) -> None:
    command = [sys.executable, "-m", "demo.manage", "ebexo_sweep"]
    subprocess.run(command, env=world.environment, check=True, capture_output=True)


def purchases(world: Any, email: str) -> list[dict[str, Any]]:
    found = world.ask_sandbox(f"events?email={email}")["events"]
    return [event for event in found if event["contactExtEventType"] == "PURCHASE"]


def test_the_sweep_alone_finds_the_purchase_and_it_arrives_once(after_the_kill: Any) -> None:
    """The shop stays closed, so nothing but the sweep can have told it."""
    sweep(after_the_kill)

    (purchase,) = after_the_kill.until(lambda: purchases(after_the_kill, ANNA))
    ((number, total),) = after_the_kill.query(
        "SELECT number, total_incl_tax FROM order_order ORDER BY id DESC LIMIT 1"
    )
    assert (purchase["externalId"], purchase["value"]) == (number, total)
    sweep(after_the_kill)
    time.sleep(1.5)  # a second purchase would have arrived by then
    assert len(purchases(after_the_kill, ANNA)) == 1
    assert after_the_kill.query("SELECT COUNT(*) FROM ebexo_oscar_keptevent") == [(0,)]


@pytest.mark.long
def test_the_shop_started_again_tells_the_purchase_with_its_next_order_and_it_arrives_once(
    after_the_kill: Any,
) -> None:
    after_the_kill.start("shop")

    Shopper(after_the_kill).buy(ADAM)

    after_the_kill.until(lambda: purchases(after_the_kill, ANNA) and purchases(after_the_kill, ADAM))
    sweep(after_the_kill)
    time.sleep(1.5)  # a second purchase would have arrived by then
    assert [len(purchases(after_the_kill, email)) for email in (ANNA, ADAM)] == [1, 1]
