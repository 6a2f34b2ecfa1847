"""The pages that connect a shop are run as they stand, against a real installation and the sandbox."""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

PAGES = Path(__file__).parents[2] / "docs/how-to"
PHP_NEEDS = {"curl", "PDO", "pdo_sqlite"}
PEOPLE = ("registered", "logged_in", "signed_up")
CARTS = ("filled_cart", "changed_cart", "visitor_filled_cart")
ORDERS = ("ordered", "paid", "returned", "ordered_again", "cancelled")
LEAVING = ("signed_off", "erased")


@dataclass(frozen=True)
class Page:
    """A page: the program that runs what stands in it, how its files end, and who and what is told in it."""

    name: str
    program: str
    suffix: str
    customer: str
    email: str
    reader: str
    carts: tuple[str, str]
    orders: tuple[str, str]

    def blocks(self, language: str) -> list[str]:
        text = (PAGES / f"{self.name}.md").read_text()
        found: list[str] = re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
        return found


CURL = Page(
    "connect-a-shop-by-curl", "curl", "sh", "Jan Kowalski", "jan.kowalski@example.com", "maria.zajac@example.com",
    ("67", "68"), ("1042", "1043"),
)  # fmt: skip
PYTHON = Page(
    "connect-a-shop-in-python", sys.executable, "py", "Anna Nowak", "anna.nowak@example.com",
    "piotr.zielinski@example.com", ("77", "78"), ("1051", "1052"),
)  # fmt: skip
NODE = Page(
    "connect-a-shop-in-node", "node", "mjs", "Ewa Wiśniewska", "ewa.wisniewska@example.com",
    "marek.wojcik@example.com", ("87", "88"), ("1061", "1062"),
)  # fmt: skip
PHP = Page(
    "connect-a-shop-in-php", "php", "php", "Adam Lewandowski", "adam.lewandowski@example.com",
    "zofia.kaminska@example.com", ("97", "98"), ("1071", "1072"),
)  # fmt: skip
BLOCKS = {"py": "python", "mjs": "js", "php": "php"}
LANGUAGES = pytest.mark.parametrize(
    "page", [pytest.param(page, id=page.suffix) for page in (PYTHON, NODE, PHP)]
)


def run(command: Sequence[str], *, folder: Path, environment: dict[str, str]) -> str:
    """Run it to its end; what it printed."""
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@dataclass
class Shop:
    """A folder with the files of a page in it, each as it stands there."""

    page: Page
    folder: Path
    environment: dict[str, str]

    def __post_init__(self) -> None:
        for block in self.page.blocks(BLOCKS[self.page.suffix]):
            name = re.search(rf"[\w-]+\.{self.page.suffix}\b", block.splitlines()[0])
            assert name, "The first line of a block names its file."
            (self.folder / name[0]).write_text(block)

    def run(self, file: str, *arguments: str, **changed: str) -> str:
        command = [self.page.program, f"{file}.{self.page.suffix}", *arguments]
        return run(command, folder=self.folder, environment=self.environment | changed)

    @contextmanager
    def worker(self) -> Iterator[None]:
        started = subprocess.Popen(
            [self.page.program, f"worker.{self.page.suffix}"],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield
        finally:
            started.kill()
            started.wait()

    def set_aside(self) -> list[str]:
        """The ids of the events that were refused, and are kept for somebody to look at."""
        if self.page is NODE:
            kept = [path.read_text() for path in sorted((self.folder / "outbox").glob("*.refused"))]
        else:
            with closing(sqlite3.connect(self.folder / "shop.sqlite3")) as shop:
                rows = shop.execute(
                    "SELECT event FROM ebexo_events WHERE refused IS NOT NULL ORDER BY number"
                )
                kept = [text for (text,) in rows]
        return [json.loads(text)["id"] for text in kept]


def lacks(page: Page) -> str | None:
    """Why this page can't be run here."""
    if not shutil.which(page.program):
        return f"{page.program} is not here"
    if page is PHP:
        modules = run(["php", "-m"], folder=Path.cwd(), environment=dict(os.environ)).split()
        if missing := PHP_NEEDS - set(modules):
            return f"php lacks {', '.join(sorted(missing))}"
    return None


@pytest.fixture
def shop(page: Page, tmp_path: Path) -> Shop:
    if reason := lacks(page):
        pytest.skip(reason)
    return Shop(page, tmp_path, {})


@dataclass
class Arrived:
    """Waits until the sandbox has what a page told."""

    page: Page
    installation: Any
    until: Callable[..., Any]

    def people(self) -> None:
        contact = self.until(lambda: self.installation.contact(self.page.email))
        reader = self.until(lambda: self.installation.contact(self.page.reader))
        assert (contact["name"], contact["email_status"]) == (self.page.customer, "opt_in")
        assert contact["phone"].startswith("+48600100")
        assert reader["email_status"] == "opt_in"

    def carts(self) -> None:
        theirs, visitors = self.page.carts
        self.until(lambda: self._carts(self.page.email) == [(theirs, "2", 199.98)])
        self.until(lambda: (visitors, "1", 99.99) in self._carts("ola@example.com"))

    def emptied_cart(self) -> None:
        visitors = self.page.carts[1]
        self.until(lambda: visitors not in [number for number, *_rest in self._carts("ola@example.com")])

    def _carts(self, email: str) -> list[tuple[str, str, float]]:
        events = self.installation.events(email, "CART")
        return [(event["externalId"], event["detail3"], event["value"]) for event in events]

    def orders(self) -> None:
        first, second = self.page.orders
        expected = {"PURCHASE": [first, second], "RETURN": [first], "CANCELLATION": [second]}
        self.until(lambda: {kind: self._orders(kind) for kind in expected} == expected)

    def _orders(self, kind: str) -> list[str]:
        return sorted(event["externalId"] for event in self.installation.events(self.page.email, kind))

    def status(self, status: str) -> None:
        self.until(lambda: self.installation.contact(self.page.email).get("email_status") == status)

    def farewell(self) -> None:
        self.until(lambda: self.installation.contact(self.page.reader).get("email_status") == "opt_out")
        self.until(lambda: self.installation.contact(self.page.email) == {})


def tell_all(shop: Shop, arrived: Arrived) -> None:
    """What happens in a shop, from the first registration to the last farewell, by the programs of the page."""
    with shop.worker():
        shop.run("shop", *PEOPLE, *CARTS)
        arrived.people()
        arrived.carts()
        shop.run("shop", "visitor_emptied_cart", *ORDERS)
        arrived.emptied_cart()
        arrived.orders()
        arrived.installation.tell_sandbox(f"unsubscribe/{shop.page.email}")
        arrived.until(lambda: f"{shop.page.email} opt_out" in shop.run("changes"))
        shop.run("shop", "granted")
        arrived.status("opt_in")
        shop.run("shop", "withdrew")
        arrived.status("opt_out")
        shop.run("shop", "visitor_filled_cart", "logged_in", SMCLIENT="")  # a cart of nobody, and a known id
        arrived.until(lambda: len(shop.set_aside()) == 2)
        shop.run("shop", *LEAVING)
        arrived.farewell()

    assert shop.run("fate", f"order-{shop.page.orders[0]}-paid").startswith("superseded")
    assert shop.page.email not in shop.run("changes")


def type_all(folder: Path, arrived: Arrived) -> None:
    """The same story, by the commands of the page in a terminal."""
    beginning, people, carts, emptied, orders, asking, withdrawn, granted, leaving, signing = CURL.blocks(
        "sh"
    )
    installation = arrived.installation

    def type_in(block: str, **changed: str) -> list[Any]:
        """What the commands of a block answered."""
        environment = installation.environment() | changed
        printed = run(["sh", "-euc", f"{beginning}\n{block}"], folder=folder, environment=environment)
        return [json.loads(line) for line in printed.splitlines()]

    accepted = {"accepted": 1, "duplicates": 0, "rejected": []}
    assert type_in(people + carts) == [accepted] * 6
    arrived.people()
    arrived.carts()
    type_in(emptied + orders)
    arrived.emptied_cart()
    arrived.orders()
    installation.tell_sandbox(f"unsubscribe/{CURL.email}")
    arrived.until(lambda: type_in(asking)[1]["status"] == "opt_out")
    fate, _person, read = type_in(asking)
    assert fate["state"] == "delivered"
    assert (CURL.email, "opt_out") in [(change["email"], change["status"]) for change in read["changes"]]
    time.sleep(1)  # the page's moments are whole seconds, and of two decisions the newer one holds
    type_in(granted)
    arrived.status("opt_in")
    time.sleep(1)
    type_in(withdrawn)
    arrived.status("opt_out")
    type_in(leaving)
    arrived.farewell()
    told, asked = type_in(signing, **installation.environment(signed=True), EBEXO_API_KEY="")
    assert (told, asked["id"]) == (accepted, "newsletter-542-on")


@pytest.fixture(scope="module")
def stories(
    installation: Any, until: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[Page, Future[None]]]:
    """Every page that can be run here, all at once: most of the time they wait for SALESmanago."""
    with ThreadPoolExecutor() as pool:
        runs = {
            CURL: pool.submit(type_all, tmp_path_factory.mktemp("sh"), Arrived(CURL, installation, until))
        }
        for page in (PYTHON, NODE, PHP):
            if not lacks(page):
                shop = Shop(page, tmp_path_factory.mktemp(page.suffix), installation.environment())
                runs[page] = pool.submit(tell_all, shop, Arrived(page, installation, until))
        yield runs


@pytest.mark.parametrize("page", [pytest.param(page, id=page.suffix) for page in (PYTHON, NODE, PHP, CURL)])
def test_page_tells_all_that_happens_in_a_shop(page: Page, stories: dict[Page, Future[None]]) -> None:
    if reason := lacks(page):
        pytest.skip(reason)

    stories[page].result()


@LANGUAGES
def test_page_signs_its_calls(shop: Shop, installation: Any) -> None:
    shop.environment = installation.environment(signed=True)

    assert shop.run("fate", "ola").strip() == "delivered"


@LANGUAGES
def test_page_does_what_each_answer_asks_for(
    shop: Shop, installation: Any, answering: Callable[..., Any], until: Callable[..., Any]
) -> None:
    problem = {"type": "about:blank", "title": "", "status": 422, "detail": "No."}
    second_is_bad = {"accepted": 2, "duplicates": 0, "rejected": [{"index": 1, "problem": problem}]}
    answers = answering(
        (429, {"Retry-After": "1"}, problem),
        (503, {"Retry-After": "1"}, problem),
        (202, {}, second_is_bad),
        (413, {}, problem),
        (422, {}, problem),
    )
    shop.environment = installation.environment() | {"EBEXO_URL": f"http://127.0.0.1:{answers.server_port}"}

    shop.run("shop", *PEOPLE)
    with shop.worker():
        until(lambda: len(answers.told) == 3)
        until(lambda: len(shop.set_aside()) == 1)
    shop.run("shop", "ordered", "paid")
    with shop.worker():
        until(lambda: len(answers.told) == 6)
        until(lambda: len(shop.set_aside()) == 2)

    registered, logged_in, signed_up = answers.told[0]
    ordered, paid = answers.told[3]
    assert answers.told == [
        *([[registered, logged_in, signed_up]] * 3),
        [ordered, paid],
        [ordered],
        [paid],
    ]
    assert shop.set_aside() == [logged_in, ordered]
