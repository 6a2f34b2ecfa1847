"""Pictures of the product, in both languages.

    python scripts/screenshots.py [--out DIR]      (default: var/screenshots)

Those that the documentation shows are put into docs/images as well, with fewer colours so that they stay small. The
demo runs for the pictures alone, on free ports and in a temporary directory; what the panel's pages show is told by
`showcase.py`. One more page is one more `Picture`.
"""

import argparse
import json
import re
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from demo.launcher import Ports, start
from demo.people.logins import CUSTOMER, PANEL_OPERATOR
from demo.processes import Program, clean_environment, end_all, run_to_end

ROOT = Path(__file__).resolve().parent.parent
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
IN_THE_DOCS = ("panel-settings-pl.png", "shop-home-pl.png", "sandbox-en.png")
GUIDE = "guide-"
"""The pictures of the merchant's guide, all of them in the documentation."""
COLOURS = 128
TALL = {"settings": 1400, "start": 1100}
"""How high such a picture may get; the others 1000."""
LOCALES = {"pl": "pl-PL", "en": "en-US"}


@dataclass(frozen=True)
class Picture:
    """One page. `log_in` makes the browser somebody who may see it; `then` is done on the page before it is taken."""

    name: str
    address: str
    log_in: Callable[[Page], None] | None = None
    width: int = 1280
    height: int = 800
    most: int = 2400
    is_dark: bool = False
    then: Callable[[Page], None] | None = None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "var" / "screenshots")
    parser.add_argument("--only", default="", help="take only the pictures whose names contain this")
    options = parser.parse_args()
    out: Path = options.out
    out.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="ebexo-pictures-") as folder,
        _demo(Path(folder)) as pictures,
        _chromium() as browser,
    ):
        for picture in (one for one in pictures if options.only in one.name):
            for language in LOCALES:
                file = _take(browser, picture, language=language, out=out)
                if file.name in IN_THE_DOCS or picture.name.startswith(GUIDE):
                    _put_into_docs(file)
                print(file, flush=True)


@contextmanager
def _demo(data_dir: Path) -> Iterator[Iterator[Picture]]:
    ports = Ports(*_free_ports(3))
    programs: list[Program] = []
    try:
        store = start(data_dir, ports, programs)
        yield _one_after_the_other(data_dir, ports, store)
    finally:
        end_all(programs)


def _one_after_the_other(data_dir: Path, ports: Ports, store: str) -> Iterator[Picture]:
    """Those of the demo as it is after `make demo`, and only then those that need more to see."""
    yield from _pictures(ports, store)
    yield from of_the_guide(ports, _showcase(data_dir, ports))


def _showcase(data_dir: Path, ports: Ports) -> dict[str, Any]:
    """Fill the panel with two stores that have something to show."""
    sandbox = f"http://127.0.0.1:{ports.sandbox}"
    environment = clean_environment(EBEXO_DATA_DIR=str(data_dir), EBEXO_EXTRA_ENDPOINTS=sandbox)
    printed = run_to_end(["-m", "scripts.showcase", sandbox], environment=environment)
    told: dict[str, Any] = json.loads(printed.splitlines()[-1])
    return told


def _pictures(ports: Ports, store: str) -> list[Picture]:
    shop, sandbox = f"http://127.0.0.1:{ports.shop}", f"http://127.0.0.1:{ports.sandbox}"
    panel = f"http://127.0.0.1:{ports.panel}/panel"
    as_operator = _logs_into(panel)

    def as_customer(page: Page) -> None:
        page.goto(f"{shop}/accounts/login/")
        page.click("#cookie_banner button[value=all]")
        page.fill("#id_login-username", CUSTOMER.email)
        page.fill("#id_login-password", CUSTOMER.password)
        page.click("button[name=login_submit]")
        page.wait_for_url(f"{shop}/")

    def to_the_newest(page: Page) -> None:
        page.click(".panel-line-link >> nth=0")
        page.wait_for_selector("#about")

    def check(page: Page) -> None:
        page.click("#examine")
        page.wait_for_selector(".panel-step-ok")

    activity, connection = f"{panel}/{store}/aktywnosc/", f"{panel}/{store}/polaczenie/"
    return [
        Picture("shop-home", f"{shop}/", most=1000),
        Picture("shop-registration", f"{shop}/accounts/register/"),
        Picture("shop-profile", f"{shop}/accounts/profile/", as_customer),
        Picture("shop-home-phone", f"{shop}/", as_customer, width=390, height=844),
        Picture("panel-login", f"{panel}/login/"),
        Picture("panel-start", f"{panel}/{store}/", as_operator),
        Picture("panel-start-dark", f"{panel}/{store}/", as_operator, is_dark=True),
        Picture("panel-start-phone", f"{panel}/{store}/", as_operator, width=390, height=844),
        Picture("panel-activity", activity, as_operator),
        Picture("panel-activity-phone", activity, as_operator, width=390, height=844),
        Picture("panel-message", activity, as_operator, then=to_the_newest),
        Picture("panel-failed", f"{panel}/{store}/niedostarczone/", as_operator),
        Picture("panel-connection", connection, as_operator, then=check),
        Picture("panel-settings", f"{panel}/{store}/salesmanago/", as_operator),
        Picture("panel-consents", f"{panel}/{store}/zgody/", as_operator),
        Picture("panel-person", f"{panel}/{store}/osoba/", as_operator),
        Picture("panel-settings-phone", f"{panel}/{store}/salesmanago/", as_operator, width=390, height=844),
        Picture("sandbox", f"{sandbox}/"),
    ]


def of_the_guide(ports: Ports, told: dict[str, Any]) -> list[Picture]:
    """What the merchant's guide shows: a store with something to do, one without, and one with a wrong ApiSecret."""
    panel = f"http://127.0.0.1:{ports.panel}/panel"
    store, calm, stuck = (f"{panel}/{told[name]}" for name in ("store", "calm", "stuck"))
    as_merchant = _logs_into(panel)

    def type_what_salesmanago_shows(page: Page) -> None:
        page.fill("[name=owner_email]", "anna@meblejodla.example")
        page.fill("[name=client_id]", "a7k2m9q4x1c8")
        page.fill("[name=endpoint]", "app3.salesmanago.pl")
        page.evaluate("document.activeElement.blur()")

    def check(page: Page) -> None:
        page.click("#examine")
        page.wait_for_selector(".panel-step-failed, .panel-step-ok")

    def find(page: Page) -> None:
        page.fill("#find [type=email], #find [type=text]", told["withheld"])
        page.click("#find [type=submit]")
        page.wait_for_selector("#withheld")

    pages: tuple[tuple[str, str, Callable[[Page], None] | None], ...] = (
        ("settings", f"{store}/salesmanago/", type_what_salesmanago_shows),
        ("check", f"{stuck}/polaczenie/", check),
        ("start", f"{calm}/", None),
        ("to-do", f"{store}/", None),
        ("trouble", f"{stuck}/", None),
        ("consents", f"{store}/zgody/", None),
        ("person", f"{store}/osoba/", find),
        ("activity", f"{store}/aktywnosc/", None),
        ("message", f"{store}/aktywnosc/{told['message']}/", None),
        ("failed", f"{store}/niedostarczone/", None),
        ("history", f"{store}/historia/{told['import']}/", None),
        ("orders", f"{store}/rozliczenie/", None),
    )
    return [
        Picture(f"{GUIDE}{name}", address, as_merchant, most=TALL.get(name, 1000), then=then)
        for name, address, then in pages
    ]


def _logs_into(panel: str) -> Callable[[Page], None]:
    def log_in(page: Page) -> None:
        page.goto(f"{panel}/login/")
        page.fill("#id_username", PANEL_OPERATOR.email)
        page.fill("#id_password", PANEL_OPERATOR.password)
        page.click("#login-form [type=submit]")
        page.wait_for_url(re.compile(r"/panel/(?!login)"))  # of one store, or the list of them

    return log_in


def _put_into_docs(file: Path) -> None:
    with Image.open(file) as picture:
        few = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        few.save(ROOT / "docs" / "images" / file.name, optimize=True)


@contextmanager
def _chromium() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=SWITCHES)
        yield browser
        browser.close()


def _take(browser: Browser, picture: Picture, *, language: str, out: Path) -> Path:
    """Photograph one page in one language; the file."""
    context = browser.new_context(
        locale=LOCALES[language],
        viewport={"width": picture.width, "height": picture.height},
        color_scheme="dark" if picture.is_dark else "light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    if picture.log_in:
        picture.log_in(page)
    page.goto(picture.address)
    page.wait_for_load_state("load")
    if picture.then:
        picture.then(page)
    page.wait_for_timeout(500)  # fonts and what a page fetches when it is open
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": picture.width, "height": min(max(picture.height, height), picture.most)})
    file = out / f"{picture.name}-{language}.png"
    page.screenshot(path=file)
    context.close()
    return file


def _free_ports(count: int) -> list[int]:
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports: list[int] = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


if __name__ == "__main__":
    main()
