"""Every page of the panel, found by its links and its addresses: for everybody's eyes, and in everybody's words.

A page that is added is visited by itself. One that no link leads to, or that needs a number nobody links to, fails
`test_every_page_is_for_everybody` until something leads there.
"""

import json
import random
import re
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from django.urls import Resolver404, resolve, reverse
from playwright.sync_api import Browser, Error, Page

from demo.people.logins import PANEL_OPERATOR
from demo.processes import clean_environment
from ebexo.panel.site import panel

LOCALES = {"pl": "pl-PL", "en": "en-US"}
SIZES = {"desktop": 1280, "phone": 360}
OF_EACH = 4
"""At most so many addresses of one page: messages, say, whose states look different. With `--long` more."""
LOOK = (("desktop", "light"), ("phone", "dark"))
"""Both sizes and both themes; with `--long` each size is seen in both, in English too."""
OPTIONS = json.dumps(
    {"resultTypes": ["violations"], "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
)
NO_PAGES = {"logout"}
CODE_WORDS = re.compile(
    r"\b(lane|epoch|batch|payload|lease|queue|outbox|backoff|breaker|dead letter|poison|upsert"
    r"|in_flight|superseded|discarded|held|null|undefined|traceback)\b",
    re.IGNORECASE,
)
Looks = Sequence[tuple[str, str]]
EVERY_LOOK = tuple(product(SIZES, ("light", "dark")))
VENDOR_NAMES = re.compile(r"(?:contact\.|properties\.)?\w+(?:\.\w+)+")
POSTS = {"connection": "#examine", "person": "#find [type=submit]"}
"""Pages that show more once a button is pressed, and that button."""


@pytest.fixture
def panel_world(world: Any) -> Any:
    """A panel with something to see on every page."""
    world.start("sandbox")
    world.connect()
    world.ebexo(
        "consent", "add", world.store, "marketing", "--name", "E-mail", "--text", "Tak, proszę o e-maile."
    )
    world.ebexo("consent", "add", world.store, "profiling", "--name", "Profiling", "--text", "Tak.")
    seed = Path(__file__).with_name("seed_panel.py")
    environment = clean_environment(
        EBEXO_DATA_DIR=str(world.data),
        EBEXO_EXTRA_ENDPOINTS=world.sandbox,
        DJANGO_SETTINGS_MODULE="ebexo.settings",
    )
    done = subprocess.run(
        [sys.executable, str(seed), world.store], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    world.start("panel")
    _tell_order_days(world)
    _tell_customers(world)
    return world


def _tell_order_days(world: Any) -> None:
    """What the shop itself has: one order that was told, one that was not."""
    orders = [{"number": number, "total": "199.98", "currency": "PLN"} for number in ("1042", "1043")]
    days = [
        {"date": (datetime.now(UTC).date() - timedelta(days=back)).isoformat(), "orders": orders}
        for back in (1, 2)
    ]
    told = world._to_api("order-days", json.dumps({"days": days}).encode())
    with urllib.request.urlopen(told, timeout=10) as answer:
        assert answer.status == 200


def _tell_customers(world: Any) -> None:
    """A rehearsed import with a row that can't be sent."""
    lines = [{"type": "customer.registered", "customer": {"email": email}} for email in ("a@b.example", "a@")]
    content = "\n".join(map(json.dumps, lines)).encode()
    told = world._to_api("imports?kind=customers&rehearse=true", content)
    told.add_header("Content-Type", "application/x-ndjson")
    with urllib.request.urlopen(told, timeout=10) as answer:
        number = json.load(answer)["id"]
    world.until(lambda: world.ask_api(f"imports/{number}")["state"] == "rehearsed", seconds=60)


class Walk:
    """A walk through the panel: every link is followed, every address without a number in it is tried."""

    def __init__(self, page: Page, world: Any, *, of_each: int) -> None:
        self._page, self._world, self._of_each = page, world, of_each
        self._seen: set[str] = set()
        self._dice = random.Random(7)
        self.visited: Counter[str] = Counter()
        self._ahead = list(self._addresses())

    def pages(self) -> Iterator[tuple[str, str]]:
        """Open one page after the other: its name, its address."""
        while self._ahead:
            path = self._ahead.pop(self._dice.randrange(len(self._ahead)))
            name = _name(path)
            if path in self._seen or name is None or self.visited[name] >= self._of_each:
                continue
            self._seen.add(path)
            self.visited[name] += 1
            if self._is_page(path):
                self._ahead.extend(self._links())
                yield name, path

    def _is_page(self, path: str) -> bool:
        """Open it; False where it is a file to keep."""
        try:
            self._page.goto(self._world.panel + path)
        except Error as error:
            if "Download is starting" not in error.message:
                raise
            return False
        return True

    def _addresses(self) -> Iterator[str]:
        for pattern in panel.get_urls():
            wanted = set(pattern.pattern.converters)
            if pattern.name not in NO_PAGES and wanted <= {"handle"}:
                yield reverse(f"admin:{pattern.name}", kwargs=dict.fromkeys(wanted, self._world.store))

    def _links(self) -> list[str]:
        found = self._page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
        parts = [urlsplit(link) for link in found]
        mine = [part for part in parts if self._world.panel.endswith(part.netloc)]
        return [f"{part.path}?{part.query}".rstrip("?") for part in mine]


def _name(path: str) -> str | None:
    try:
        found = resolve(urlsplit(path).path)
    except Resolver404:
        return None
    return found.url_name if "admin" in found.app_names and found.url_name not in NO_PAGES else None


@pytest.fixture(params=["pl", pytest.param("en", marks=pytest.mark.long)])
def visitor(
    request: pytest.FixtureRequest, chromium: Browser, panel_world: Any
) -> Iterator[tuple[Page, str]]:
    """An operator who is logged in, and their language."""
    context = chromium.new_context(locale=LOCALES[request.param], reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{panel_world.panel}/panel/login/")
    page.fill("#id_username", PANEL_OPERATOR.email)
    page.fill("#id_password", PANEL_OPERATOR.password)
    page.click("#login-form [type=submit]")
    page.wait_for_url(f"{panel_world.panel}/panel/{panel_world.store}/")
    yield page, request.param
    context.close()


def test_every_page_is_for_everybody(
    visitor: tuple[Page, str], panel_world: Any, request: pytest.FixtureRequest
) -> None:
    page, language = visitor
    takes_long = request.config.getoption("--long")
    looks = EVERY_LOOK if takes_long else LOOK
    walk = Walk(page, panel_world, of_each=3 * OF_EACH if takes_long else OF_EACH)
    found: list[str] = []

    for name, path in walk.pages():
        found += _seen(page, f"{language} {path}", looks)
        if name in POSTS and walk.visited[name] == 1:
            _press(page, name)
            found += _seen(page, f"{language} {path}, answered", looks)
    found += _outside(page, panel_world, language, looks)

    unvisited = {pattern.name for pattern in panel.get_urls()} - set(walk.visited) - NO_PAGES
    assert (found, unvisited) == ([], set())


def _press(page: Page, name: str) -> None:
    if name == "person":
        page.fill("#id_email", "jan.kowalski@example.com")
    page.click(POSTS[name])
    page.wait_for_load_state()


def _outside(page: Page, world: Any, language: str, looks: Looks) -> list[str]:
    """Pages for somebody who is not logged in."""
    page.context.clear_cookies()
    found = []
    for pattern in panel.get_urls():
        if not pattern.pattern.converters and pattern.name not in NO_PAGES:
            address = reverse(f"admin:{pattern.name}")
            page.goto(world.panel + address)
            if page.url.split("?")[0] == world.panel + address:  # not led to the login page
                found += _seen(page, f"{language} {address}, outside", looks)
    return found


def _seen(page: Page, where: str, looks: Looks) -> list[str]:
    """What axe finds grave, what does not fit on a phone, and words of the code."""
    page.evaluate(Axe().axe_script)
    found = _words(page, where)
    for size, theme in looks:
        width = SIZES[size]
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate(f"document.documentElement.classList.toggle('dark', {str(theme == 'dark').lower()})")
        found += [f"{where} ({size}, {theme}): {problem}" for problem in _grave(page)]
        if (needed := page.evaluate("document.documentElement.scrollWidth")) > width:
            found.append(f"{where} ({size}): {needed} pixels wide")
    return found


def _grave(page: Page) -> list[str]:
    violations = page.evaluate(f"axe.run(document, {OPTIONS})")["violations"]
    return [
        f"{violation['id']} at {violation['nodes'][0]['target']}"
        for violation in violations
        if violation["impact"] in ("serious", "critical")
    ]


def _words(page: Page, where: str) -> list[str]:
    """Words of the code where people read: on the page, in what is read out, in what stands in empty fields."""
    texts: list[str] = page.evaluate(
        """() => [document.title, document.body.innerText, ...[...document.querySelectorAll(
            '[aria-label], [placeholder], [title], [alt]'
        )].flatMap(one => ['aria-label', 'placeholder', 'title', 'alt'].map(name => one.getAttribute(name) || ''))]"""
    )
    met = {word.lower() for text in texts for word in CODE_WORDS.findall(VENDOR_NAMES.sub(" ", text))}
    return [f"{where}: the word {word}" for word in sorted(met)]
