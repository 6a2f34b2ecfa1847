"""The web page and the monitoring script, seen in a browser and by plain HTTP."""

import re
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from salesmanago_sandbox.faults.fault import FAULTS
from salesmanago_sandbox.notes import SENTENCES
from salesmanago_sandbox.switches import KNOWN

if TYPE_CHECKING:
    from tests.contract.conftest import RunningSandbox

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


IN_ENGLISH = pytest.mark.parametrize("page", ["en-GB"], indirect=True)
IN_POLISH = pytest.mark.parametrize("page", ["pl-PL"], indirect=True)


@pytest.fixture(params=["pl-PL", "en-GB"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(locale=request.param, viewport={"width": 390, "height": 800})
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    context.close()
    assert problems == []


def in_polish(page: Page) -> bool:
    return bool(page.evaluate("navigator.language").startswith("pl"))


def test_page_speaks_the_language_of_the_browser_and_can_change_it(
    sandbox: "RunningSandbox", page: Page
) -> None:
    page.goto(sandbox.url)
    titles = ["Piaskownica SALESmanago", "SALESmanago sandbox"]
    leads = [
        "To lokalny zastępca SALESmanago – nic nie opuszcza tego komputera.",
        "This is a local stand-in for SALESmanago, and nothing leaves this machine.",
    ]
    own, other = (0, 1) if in_polish(page) else (1, 0)

    expect(page).to_have_title(titles[own])
    expect(page.locator("h1")).to_have_text(titles[own])
    expect(page.locator(".title p")).to_have_text(leads[own])
    page.get_by_role("button", name=["Polski", "English"][other]).click()
    expect(page).to_have_title(titles[other])
    expect(page.locator(".title p")).to_have_text(leads[other])


@IN_ENGLISH
def test_contacts_and_requests_appear_without_reloading(sandbox: "RunningSandbox", page: Page) -> None:
    page.goto(sandbox.url)
    expect(page.locator("#contacts-empty")).to_be_visible()
    name = "<img src=x onerror=\"document.title='broken'\"> Ż"

    sandbox.upsert("jan@example.com", contact={"email": "jan@example.com", "name": name})

    contact = page.locator("#contacts > details")
    expect(contact.locator("strong")).to_have_text(name)
    expect(page.locator("#contacts img")).to_have_count(0)
    request = page.locator("#requests > details")
    request.locator("summary").click()
    expect(request.locator("pre").nth(0)).to_contain_text('"clientId": "sandbox-client"')
    expect(request.locator("pre").nth(1)).to_contain_text('"success": true')
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width == 390


@IN_POLISH
def test_buttons_act_as_the_contact(sandbox: "RunningSandbox", page: Page) -> None:
    sandbox.upsert("jan@example.com", forceOptIn=True, useApiDoubleOptIn=True)
    page.goto(sandbox.url)
    contact = page.locator("#contacts > details")
    waiting, confirm = "E-mail: czeka na potwierdzenie", "Otwórz link potwierdzający"
    expect(contact).to_contain_text(waiting)

    contact.locator("summary").first.click()
    page.get_by_role("button", name=confirm).press("Enter")

    expect(contact).not_to_contain_text(waiting)
    expect(page.get_by_role("button", name=confirm)).to_be_focused()
    assert sandbox.contact("jan@example.com")["email_status"] == "opt_in"


@IN_POLISH
def test_faults_are_ordered_and_cleared(sandbox: "RunningSandbox", page: Page) -> None:
    page.goto(sandbox.url)
    page.locator("#faults > summary").click()
    page.locator("#fault-name").select_option("status")
    page.locator("#fault-status").fill("503")
    page.locator("#fault-times").fill("2")

    page.get_by_role("button", name="Włącz awarię").click()
    expect(page.locator("#fault-list li")).to_have_count(1)
    struck = sandbox.post("/api/contact/upsert", sandbox.credentials()).status
    page.get_by_role("button", name="Odwołaj wszystkie awarie").click()
    expect(page.locator("#fault-list li")).to_have_count(0)

    spared = sandbox.post("/api/contact/upsert", sandbox.credentials()).status
    assert (struck, spared) == (503, 200)


@IN_POLISH
def test_page_is_emptied_after_a_question(sandbox: "RunningSandbox", page: Page) -> None:
    sandbox.upsert("jan@example.com", forceOptOut=True)
    page.goto(sandbox.url)
    expect(page.locator("#contacts > details")).to_have_count(1)

    page.locator("#reset").click()
    page.locator("#reset-yes").click()

    expect(page.locator("#contacts > details")).to_have_count(0)
    assert sandbox.get("/_sandbox/requests") == {"requests": []}


EVENT = {"date": 1767261600000, "contactExtEventType": "PURCHASE", "products": "P-1", "externalId": "order-1"}


@IN_ENGLISH
def test_events_and_findings_appear_with_their_contact(sandbox: "RunningSandbox", page: Page) -> None:
    sandbox.upsert("jan@example.com", forceOptOut=True)
    page.goto(sandbox.url)
    expect(page.locator("#finding-count")).to_have_text("Nothing found")
    contact = page.locator("#contacts > details")
    contact.locator("summary").first.click()

    for _ in range(2):
        sandbox.call("contact/addContactExtEvent", email="jan@example.com", contactEvent=EVENT)

    events = contact.locator(".events details")
    expect(events).to_have_count(2)
    events.first.locator("summary").click()
    expect(events.first).to_contain_text("order-1")
    page.locator("#findings > summary").click()
    expect(page.locator("#finding-list li")).to_contain_text(
        "2 events of the type PURCHASE have the externalId order-1."
    )
    assert page.evaluate("document.documentElement.scrollWidth") == 390


@IN_ENGLISH
def test_erased_contact_leaves_the_page(sandbox: "RunningSandbox", page: Page) -> None:
    sandbox.upsert("jan@example.com", forceOptOut=True)
    page.goto(sandbox.url)
    expect(page.locator("#contacts > details")).to_have_count(1)

    sandbox.call("contact/delete", email="jan@example.com", permanently=True)

    expect(page.locator("#contacts > details")).to_have_count(0)


@IN_POLISH
def test_catalogs_are_shown_only_where_there_are_any(sandbox: "RunningSandbox", page: Page) -> None:
    page.goto(sandbox.url)
    expect(page.locator("#contacts-empty")).to_be_visible()
    expect(page.locator("#catalogs")).to_be_hidden()
    catalog = {"name": "Sklep", "setAsDefault": True, "currency": "PLN", "location": "shop_1"}

    answer = page.request.post(
        f"{sandbox.url}/v3/product/catalogUpsert", headers={"API-KEY": "sandbox-v3-key"}, data=catalog
    )

    assert answer.status == 200
    expect(page.locator("#catalogs h2")).to_have_text("Katalogi produktów")
    expect(page.locator("#catalog-list li")).to_contain_text("Sklep")
    expect(page.locator("#catalog-list .badge")).to_have_text(["Produkty: 0", "PLN", "shop_1", "Domyślny"])
    expect(page.locator("#requests .badge")).to_have_text("200 przyjęte")
    assert page.evaluate("document.documentElement.scrollWidth") == 390


@IN_POLISH
def test_switches_are_set_and_set_back(sandbox: "RunningSandbox", page: Page) -> None:
    page.goto(sandbox.url)
    page.locator("#switches > summary").click()

    page.get_by_label("Co robi zdarzenie dla nieznanego adresu e-mail.").select_option("reject")
    page.get_by_label("Zakończone zadanie z kontaktami wskazuje plik z wynikami.").check()
    expect(page.locator("#switch-count")).to_have_text("Zmienione: 2")
    page.get_by_label("Największa liczba pozycji w jednej paczce.").fill("0")
    page.keyboard.press("Tab")
    expect(page.locator("#switch-problem")).to_contain_text("batch_limit")
    expect(page.get_by_label("Największa liczba pozycji w jednej paczce.")).to_have_value("1000")
    changed = sandbox.get("/_sandbox/switches")["switches"]
    page.get_by_role("button", name="Przywróć wartości domyślne").click()
    expect(page.locator("#switch-count")).to_have_text("Wszystkie domyślne")

    assert (changed["unknown_contact"], changed["job_file"]) == ("reject", True)
    assert page.evaluate("document.documentElement.scrollWidth") == 390


@IN_ENGLISH
def test_switch_that_is_set_elsewhere_is_shown_at_once(sandbox: "RunningSandbox", page: Page) -> None:
    page.goto(sandbox.url)
    page.locator("#switches > summary").click()
    field = page.get_by_label("The most items of one batch.")
    expect(field).to_have_value("1000")

    sandbox.post("/_sandbox/switches", {"batch_limit": 7})

    expect(field).to_have_value("7")


def test_both_languages_have_the_same_texts(sandbox: "RunningSandbox") -> None:
    english, polish = (
        set(re.findall(r'^  "?([\w.]+)"?: "', sandbox.request("GET", f"/page/{file}.js").text, re.MULTILINE))
        for file in ("english", "polish")
    )

    assert {"title", *(f"switch.{name}" for name in KNOWN), *(f"fault.{name}" for name in FAULTS)} <= english
    assert polish == english | {f"note.{code}" for code in SENTENCES}


def test_page_asks_no_other_host(sandbox: "RunningSandbox") -> None:
    answer = sandbox.request("GET", "/")

    assert answer.status == 200
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "//" not in answer.text
    assert sandbox.request("GET", "/page/__init__.py").status == 404


def test_monitoring_script_reports_page_views(sandbox: "RunningSandbox", browser: Browser) -> None:
    contact_id = sandbox.upsert("jan@example.com", forceOptOut=True)["contactId"]
    context = browser.new_context()
    context.add_cookies([{"name": "smclient", "value": contact_id, "url": sandbox.url}])
    page = context.new_page()
    shop_page = f"""<script>
        _smid = "sandbox-client"; SalesmanagoObject = "sm";
        sm = function () {{ (sm.q = sm.q || []).push(arguments); }};
        sm("event", "waiting");
      </script><script async src="{sandbox.url}/static/sm.js"></script>"""
    address = f"{sandbox.url}/shop?a=1&b=2"
    page.route("**/shop*", lambda route: route.fulfill(body=shop_page, content_type="text/html"))

    with page.expect_response("**/api/r.gif*") as seen:
        page.goto(address)

    cookies = {cookie["name"]: cookie for cookie in context.cookies()}
    context.close()
    assert seen.value.headers["content-type"] == "image/gif"
    assert cookies["smclient"]["value"] == contact_id
    # Browsers keep a cookie for 400 days at most, whatever is asked.
    assert cookies["smuuid"]["expires"] > 0
    (visit,) = sandbox.get("/_sandbox/visits")["visits"]
    assert {**visit, "at": None} == {
        "at": None,
        "smid": "sandbox-client",
        "client": contact_id,
        "uuid": cookies["smuuid"]["value"],
        "uri": address,
    }
    assert sandbox.contact("jan@example.com")["lastVisit"] is not None


def test_pixel_of_an_unknown_visitor_has_no_client(sandbox: "RunningSandbox") -> None:
    answer = sandbox.request("GET", "/api/r.gif?smid=sandbox-client&client=&uuid=u1&uri=http://shop.example/")

    (visit,) = sandbox.get("/_sandbox/visits")["visits"]
    assert (answer.status, answer.headers["Content-Type"]) == (200, "image/gif")
    assert (visit["client"], visit["uuid"]) == (None, "u1")
    assert sandbox.get("/_sandbox/requests") == {"requests": []}
