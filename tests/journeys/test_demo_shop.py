"""The demo shop as shoppers meet it, each test in a browser of its own."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest
from playwright.sync_api import Browser, Page, expect

START_LIMIT = 30


def run(command: str, *args: str, data: Path) -> subprocess.Popen[bytes]:
    environment = os.environ | {"EBEXO_DATA_DIR": str(data)}
    return subprocess.Popen([sys.executable, "-m", command, *args], env=environment)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a freshly seeded shop in a process of its own."""
    data = tmp_path_factory.mktemp("olcha")
    for command in ("migrate", "seed"):
        assert run("demo.manage", command, "--verbosity=0", data=data).wait() == 0
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = run("demo.server", f"--bind=127.0.0.1:{port}", data=data)
    wait_for(port)
    yield f"http://127.0.0.1:{port}"
    server.terminate()
    assert server.wait(timeout=5) == 0


def wait_for(port: int) -> None:
    deadline = monotonic() + START_LIMIT
    while monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        sleep(0.05)
    pytest.fail("The shop did not start.")


@pytest.fixture
def visitor(chromium: Browser, shop: str) -> Iterator[Page]:
    """A Polish visitor who has never been here."""
    context = chromium.new_context(locale="pl-PL", base_url=shop)
    yield context.new_page()
    context.close()


def put_in_basket(page: Page, product: str) -> None:
    page.goto("/")
    page.locator(".product_pod", has_text=product).get_by_role("button", name="Dodaj do koszyka").click()
    expect(page.locator("#messages")).to_contain_text(f"{product} został dodany do koszyka")


def finish_order(page: Page) -> None:
    page.click("#view_preview")
    page.click("#place-order")


def test_somebody_who_registers_sees_all_they_told_in_their_profile(visitor: Page) -> None:
    visitor.goto("/accounts/register/")
    told = {
        "first_name": "Zofia",
        "last_name": "Wiśniewska",
        "email": "zofia@example.com",
        "password1": "bardzo-tajne-1",
        "password2": "bardzo-tajne-1",
        "phone": "601 202 303",
        "company": "Wiśnia",
        "birth_date": "1984-03-17",
    }
    for name, value in told.items():
        visitor.fill(f"#id_{name}", value)

    visitor.click("button[name=registration_submit]")
    visitor.goto("/accounts/profile/")

    facts = visitor.locator("#profile dd").all_inner_texts()[:5]
    assert facts == ["Zofia Wiśniewska", "zofia@example.com", "601 202 303", "Wiśnia", "17 marca 1984"]


def test_guest_buys_without_an_account(visitor: Page) -> None:
    put_in_basket(visitor, "Wazon Kalina")
    visitor.goto("/checkout/")
    visitor.fill("#id_username", "gosc@example.com")
    visitor.get_by_role("button", name="Dalej").click()
    address = {
        "first_name": "Anna",
        "last_name": "Nowak",
        "line1": "ul. Polna 1",
        "line4": "Łódź",
        "postcode": "90-001",
    }
    for name, value in address.items():
        visitor.fill(f"#id_{name}", value)
    visitor.get_by_role("button", name="Dalej").click()
    finish_order(visitor)

    expect(visitor.locator("h1")).to_contain_text("potwierdzenie")
    expect(visitor.locator("#basket_totals")).to_contain_text("103,99")


def test_address_that_signs_up_twice_is_told_so_kindly(visitor: Page) -> None:
    answers = []
    for spelling in ("Nowa@Example.com", "nowa@example.com"):
        visitor.goto("/cookies/")
        visitor.fill("#newsletter_email", spelling)
        visitor.click("#newsletter_form button")
        answers.append(visitor.locator("#messages .alertinner").inner_text().strip())

    assert answers == [
        "Dziękujemy! Zapisaliśmy Cię do naszego newslettera.",
        "Ten adres już otrzymuje nasz newsletter. Dziękujemy, że jesteś z nami!",
    ]


@pytest.mark.parametrize("choice", ["necessary", "all"])
def test_banner_asks_once_and_remembers_the_choice(visitor: Page, choice: str) -> None:
    visitor.goto("/catalogue/")

    visitor.click(f"#cookie_banner button[value={choice}]")

    expect(visitor.locator("#cookie_banner")).to_have_count(0)
    assert visitor.url.endswith("/catalogue/")
    cookies = {cookie["name"]: cookie["value"] for cookie in visitor.context.cookies()}
    assert cookies["cookie_choice"] == choice


def test_no_page_loads_anything_from_another_server(visitor: Page, shop: str) -> None:
    asked: list[str] = []
    visitor.on("request", lambda request: asked.append(request.url))

    for path in ("/", "/catalogue/", "/accounts/login/", "/accounts/register/", "/basket/", "/cookies/"):
        visitor.goto(path)

    assert [url for url in asked if not url.startswith((shop, "data:"))] == []


def test_language_switch_changes_the_page_it_is_on(visitor: Page) -> None:
    visitor.goto("/accounts/register/")

    visitor.get_by_role("button", name="English").click()

    expect(visitor.locator("label[for=id_birth_date]")).to_have_text("Date of birth")
    assert visitor.url.endswith("/accounts/register/")
