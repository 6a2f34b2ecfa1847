"""A shop of plain pages, in no framework: one script tag, a strict content security policy, the HTTP API."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Page

BANNER = """
window.ebexo = window.ebexo || [];
document.querySelectorAll("[data-choice]").forEach(function (button) {
  button.addEventListener("click", function () {
    document.cookie = "cookies=" + button.dataset.choice + "; Path=/";
    if (button.dataset.tells) window.ebexo.push(["allow", button.dataset.choice === "yes"]);
  });
});
"""


@dataclass
class PlainShop:
    """The shop's server: customers and sessions in memory, pages as text, tokens made by hand.

    `say` tells a store event over the HTTP API; `tag` is what the pages carry besides.
    """

    world: Any
    public_key: str
    signing_secret: str
    customers: dict[str, str] = field(default_factory=dict)
    sessions: dict[str, str] = field(default_factory=dict)
    told: int = 0
    address: str = ""
    script_key: str | None = None

    def token(self, customer_id: str, *, seconds: int = 300) -> str:
        claims = {"sub": customer_id, "email": self.customers[customer_id], "exp": int(time.time()) + seconds}
        head = _encoded(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())
        signed = f"{head}.{_encoded(json.dumps(claims).encode())}"
        digest = hmac.new(self.signing_secret.encode(), signed.encode(), hashlib.sha256).digest()
        return f"{signed}.{_encoded(digest)}"

    def say(self, kind: str, customer_id: str, **more: Any) -> None:
        """Tell what a customer did, as it happens."""
        self.told += 1
        customer = {"id": customer_id, "email": self.customers[customer_id]}
        now = datetime.now(UTC).isoformat()
        event = {"id": f"event-{self.told}", "type": kind, "occurred_at": now, "customer": customer}
        self.world.tell_api(event | more)

    def add_to_cart(self, cart_id: str, *, customer_id: str | None, smclient: str | None) -> None:
        """Whoever is logged in is told by name, anybody else by the cookie of their browser."""
        self.told += 1
        email = self.customers[customer_id] if customer_id else None
        who = (
            {"customer": {"id": customer_id, "email": email}}
            if email
            else {"visitor": {"smclient": smclient}}
        )
        items = [{"product_id": "P-100", "name": "Krzesło Olcha", "quantity": 1, "unit_price": "99.99"}]
        event = {
            "id": f"event-{self.told}",
            "type": "cart.product_added",
            "occurred_at": datetime.now(UTC).isoformat(),
            "cart": {"id": cart_id, "items": items, "total": "99.99", "currency": "PLN"},
        }
        self.world.tell_api(event | who)

    def register(self, email: str, *, granted: bool) -> str:
        customer_id = str(len(self.customers) + 1)
        self.customers[customer_id] = email
        self.say(
            "customer.registered", customer_id, **({"consents": [_answer(granted=True)]} if granted else {})
        )
        return customer_id

    def page(self, customer_id: str | None, *, late: bool = False) -> str:
        token = f'data-token="{escape(self.token(customer_id))}"' if customer_id and not late else ""
        source = f"{self.world.panel}/storefront/{self.script_key or self.public_key}/ebexo.js"
        tag = f'<script src="{source}" {token} data-allow-cookie="cookies=yes" async></script>'
        return f"""<!doctype html><html lang="pl"><meta charset="utf-8"><title>Sklep</title>
          <p id="who">{escape(customer_id or "nobody")}</p>
          <button id="yes" data-choice="yes" data-tells="1">Zgadzam się</button>
          <button id="quiet" data-choice="yes">Zgadzam się po cichu</button>
          <button id="no" data-choice="no" data-tells="1">Nie zgadzam się</button>
          <script src="/banner.js"></script>{tag}</html>"""

    @property
    def policy(self) -> str:
        """As docs/how-to/monitor-a-shop-without-django.md says, and nothing besides."""
        us, salesmanago = self.world.panel, self.world.sandbox
        return (
            f"default-src 'none'; script-src 'self' {us} {salesmanago}; connect-src {us} {salesmanago}; "
            f"img-src {salesmanago}; form-action 'self'; base-uri 'none'"
        )


def _encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def _answer(*, granted: bool) -> dict[str, Any]:
    at = datetime.now(UTC).isoformat()
    return {"code": "marketing", "granted": granted, "at": at, "source": "profile"}


class _Handler(BaseHTTPRequestHandler):
    shop: PlainShop

    def do_GET(self) -> None:
        if self.path == "/banner.js":
            self._answer(200, BANNER, kind="text/javascript")
        elif self.path in ("/", "/other", "/late"):
            self._answer(200, self.shop.page(self._customer(), late=self.path == "/late"))
        else:
            self._answer(404, "")

    def do_POST(self) -> None:
        fields = parse_qs(self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode())
        form = {name: values[0] for name, values in fields.items()}
        if self.path == "/cart":
            self._fill_cart()
            return
        session = ""
        if self.path == "/register":
            session = self.shop.register(form["email"], granted="marketing" in form)
        elif self.path == "/login":
            session = next(number for number, email in self.shop.customers.items() if email == form["email"])
        elif self.path == "/withdraw":
            session = self._customer() or ""
            self.shop.say("consent.changed", session, consents=[_answer(granted=False)])
        self._answer(303, "", Location="/", **{"Set-Cookie": f"session={session}; Path=/; HttpOnly"})

    def _fill_cart(self) -> None:
        cart_id = self._cookie("cart") or f"cart-{self.shop.told}"
        self.shop.add_to_cart(cart_id, customer_id=self._customer(), smclient=self._cookie("smclient"))
        self._answer(303, "", Location="/", **{"Set-Cookie": f"cart={cart_id}; Path=/; HttpOnly"})

    def _customer(self) -> str | None:
        return self._cookie("session")

    def _cookie(self, name: str) -> str | None:
        found = SimpleCookie(self.headers.get("Cookie", "")).get(name)
        return found.value if found and found.value else None

    def _answer(self, status: int, body: str, *, kind: str = "text/html", **headers: str) -> None:
        self.send_response(status)
        content = body.encode()
        told = {"Content-Type": f"{kind}; charset=utf-8", "Content-Length": str(len(content))}
        for name, value in {**told, "Content-Security-Policy": self.shop.policy, **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def shop(world) -> Iterator[PlainShop]:
    """The shop, connected to a SALESmanago; its pages are of another site than ours."""
    opened = json.loads(world.ebexo("store", "create", "Prosty", "--json"))
    world.store, world.api_key = opened["store"], opened["api_key"]
    world.start("sandbox", "panel")
    world.connect()
    made = PlainShop(world, opened["public_key"], opened["signing_secret"])
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"shop": made}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    made.address = f"http://localhost:{server.server_address[1]}"
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture
def arrive(people: Callable[..., Page], shop: PlainShop) -> Iterator[Callable[[], Page]]:
    """Somebody opens the shop. At the end no page of theirs has complained, of the policy or of anything else."""
    complaints: list[str] = []

    def arrived() -> Page:
        page = people(shop.address)
        page.on("console", lambda said: complaints.append(said.text) if said.type != "log" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto("/")
        return page

    yield arrived
    assert complaints == []


def post(page: Page, path: str, **fields: str) -> None:
    """What a form of the shop does: the browser sends it, and shows the page it is sent on to."""
    page.request.post(path, form={**fields}, max_redirects=0)
    page.goto("/")


def register(page: Page, email: str, *, granted: bool = False) -> None:
    post(page, "/register", email=email, **({"marketing": "on"} if granted else {}))


def agree(page: Page) -> None:
    page.click("#yes")


def smclient(page: Page) -> str | None:
    return next((cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "smclient"), None)


def requests_of(page: Page) -> list[str]:
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))
    return seen


def test_before_the_choice_and_after_a_no_the_script_itself_is_all_that_is_asked_for(
    world, shop, arrive
) -> None:
    undecided, refusing = arrive(), arrive()
    refusing.click("#no")
    seen = requests_of(undecided), requests_of(refusing)

    register(undecided, "ewa@example.com")
    register(refusing, "adam@example.com")
    for browser, email in ((undecided, "ewa@example.com"), (refusing, "adam@example.com")):
        world.contact(email)
        browser.goto("/other")
        browser.wait_for_load_state("networkidle")

    elsewhere = {url for urls in seen for url in urls if not url.startswith(shop.address)}
    assert elsewhere == {f"{world.panel}/storefront/{shop.public_key}/ebexo.js"}
    assert {cookie["name"] for cookie in undecided.context.cookies()} == {"session"}
    assert {cookie["name"] for cookie in refusing.context.cookies()} == {"session", "cookies"}
    assert world.ask_sandbox("visits") == {"visits": []}


def test_an_open_page_gets_smclient_within_3_s_of_the_answer_and_the_next_reports_it(
    world, shop, arrive
) -> None:
    world.order_fault({"path": "contact/upsert", "fault": "latency", "seconds": 3})
    shopper = arrive()
    agree(shopper)
    seen = requests_of(shopper)

    register(shopper, "ewa@example.com")
    assert smclient(shopper) is None
    contact = world.contact("ewa@example.com")
    answered_at = time.monotonic() + 3
    world.until(lambda: smclient(shopper))

    cookie = next(cookie for cookie in shopper.context.cookies() if cookie["name"] == "smclient")
    assert time.monotonic() - answered_at < 3.5
    assert (cookie["value"], cookie["path"], cookie["sameSite"]) == (contact["contactId"], "/", "Lax")
    assert cookie["domain"] == "localhost"
    assert cookie["expires"] - time.time() > 390 * 24 * 3600  # ten years, of which browsers keep 400 days
    assert len([url for url in seen if url.endswith("/identity")]) <= 5
    assert f"{world.sandbox}/static/sm.js" in seen
    assert shopper.url == f"{shop.address}/"

    shopper.goto("/other")
    visits = world.until(
        lambda: [visit for visit in world.ask_sandbox("visits")["visits"] if visit["client"]]
    )
    assert {(visit["smid"], visit["client"]) for visit in visits} == {
        ("sandbox-client", contact["contactId"])
    }


def test_the_cookie_stays_after_a_logout_and_changes_hands_at_the_next_login(world, shop, arrive) -> None:
    browser = arrive()
    agree(browser)
    ids = {}
    for email in ("ewa@example.com", "adam@example.com"):
        register(browser, email)
        ids[email] = world.contact(email)["contactId"]
        world.until(lambda email=email: smclient(browser) == ids[email])
        post(browser, "/logout")
        browser.wait_for_load_state("networkidle")
        assert smclient(browser) == ids[email]

    post(browser, "/login", email="ewa@example.com")

    world.until(lambda: smclient(browser) == ids["ewa@example.com"])


def test_a_cart_is_told_by_the_cookie_and_of_the_next_shopper_by_the_address(world, shop, arrive) -> None:
    browser = arrive()
    post(browser, "/cart")  # nobody knows yet whose it is
    agree(browser)
    register(browser, "ewa@example.com")
    contact_id = world.contact("ewa@example.com")["contactId"]
    world.until(lambda: smclient(browser) == contact_id)
    post(browser, "/logout")

    post(browser, "/cart")
    by_cookie = world.until(lambda: carts_told(world))
    register(browser, "adam@example.com")
    post(browser, "/cart")
    both = world.until(lambda: len(told := carts_told(world)) == 2 and told)

    withheld = world.ask_api("events/event-1")
    assert (withheld["state"], withheld["reason"]["code"]) == ("withheld", "unknown_visitor")
    assert [(told.get("contactId"), told.get("email")) for told in by_cookie] == [(contact_id, None)]
    assert (both[1].get("contactId"), both[1].get("email")) == (None, "adam@example.com")
    cart_ids = {told["contactEvent"]["externalId"] for told in both}
    assert len(cart_ids) == 1  # one cookie of the shop, two people, an event each


def carts_told(world: Any) -> list[dict[str, Any]]:
    """Bodies of the calls that added a CART event, oldest first."""
    adding = "/api/v2/contact/addContactExtEvent"
    return [entry["body"] for entry in world.ask_sandbox("requests")["requests"] if entry["path"] == adding]


@pytest.mark.long
def test_a_strangers_cookie_goes_while_the_own_id_is_not_known(world, shop, arrive) -> None:
    world.order_fault({"path": "contact/upsert", "fault": "status", "status": 503})
    browser = arrive()
    agree(browser)
    browser.context.add_cookies([{"name": "smclient", "value": "stranger", "url": shop.address}])

    register(browser, "ewa@example.com")

    world.until(lambda: smclient(browser) is None)


def test_without_a_grant_nothing_loads_and_a_withdrawal_removes_the_cookie_in_every_browser(
    world, shop, arrive
) -> None:
    world.ebexo("consent", "add", world.store, "marketing", "--name", "Marketing", "--text", "Chcę listów.")
    world.ebexo("store", "update", world.store, "--mode", "consent", "--consent", "marketing")
    here, elsewhere, without = arrive(), arrive(), arrive()
    register(without, "adam@example.com")
    seen_without = requests_of(without)
    agree(without)
    agree(here)
    register(here, "ewa@example.com", granted=True)
    contact_id = world.contact("ewa@example.com")["contactId"]
    world.until(lambda: smclient(here) == contact_id)
    agree(elsewhere)
    elsewhere.context.add_cookies([{"name": "smclient", "value": contact_id, "url": shop.address}])

    post(here, "/withdraw")
    seen = requests_of(here), requests_of(elsewhere)
    world.until(lambda: smclient(here) is None)
    for browser in (here, elsewhere):
        browser.goto("/other")
        browser.wait_for_load_state("networkidle")

    assert (smclient(here), smclient(elsewhere)) == (None, None)
    assert [url for urls in (*seen, seen_without) for url in urls if world.sandbox in url] == []
    assert f"{world.panel}/storefront/{shop.public_key}/identity" in seen_without


@pytest.mark.long
def test_a_banner_that_only_writes_its_cookie_is_heard_and_a_later_no_takes_smclient_away(
    world, shop, arrive
) -> None:
    shopper = arrive()
    register(shopper, "ewa@example.com")
    contact_id = world.contact("ewa@example.com")["contactId"]

    shopper.click("#quiet")
    world.until(lambda: smclient(shopper) == contact_id)
    shopper.click("#no")
    world.until(lambda: smclient(shopper) is None)

    agree(shopper)
    world.until(lambda: smclient(shopper) == contact_id)


@pytest.mark.long
def test_a_shop_that_logs_in_without_a_page_load_says_who_it_is(world, shop, arrive) -> None:
    shopper = arrive()
    agree(shopper)
    register(shopper, "ewa@example.com")
    contact_id = world.contact("ewa@example.com")["contactId"]
    world.until(lambda: smclient(shopper) == contact_id)
    shopper.context.clear_cookies(name="smclient")
    shopper.goto("/late")
    shopper.wait_for_load_state("networkidle")
    assert smclient(shopper) is None

    shopper.evaluate("token => window.ebexo.identify(token)", shop.token("1"))

    world.until(lambda: smclient(shopper) == contact_id)


@pytest.mark.long
def test_neither_a_second_tag_nor_nonsense_nor_a_store_that_is_gone_breaks_the_page(
    world, shop, people
) -> None:
    shopper = people(shop.address)
    errors: list[str] = []
    shopper.on("pageerror", lambda error: errors.append(str(error)))
    seen = requests_of(shopper)
    shopper.goto("/")
    agree(shopper)
    world.until(lambda: f"{world.sandbox}/static/sm.js" in seen)

    shopper.evaluate("""() => {
        const again = document.createElement("script");
        again.src = document.querySelector("script[src*='/storefront/']").src;
        return new Promise(done => { again.onload = done; document.head.append(again); });
    }""")
    for nonsense in ("push()", "push(['away'])", "push([])", "allow()", "identify({})", "identify(null)"):
        shopper.evaluate(f"window.ebexo.{nonsense}")

    assert errors == []
    assert seen.count(f"{world.sandbox}/static/sm.js") == 1

    world.ebexo("store", "update", world.store, "--inactive")
    shopper.goto("/")
    agree(shopper)
    assert shopper.evaluate("typeof window.ebexo.allow") == "function"

    shop.script_key = "pk_unknown"
    shopper.goto("/")
    shopper.click("#no")
    assert (errors, smclient(shopper)) == ([], None)
