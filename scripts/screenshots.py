"""Pictures of the product, in both languages.

    python scripts/screenshots.py [--out DIR]      (default: var/screenshots)

Those that the documentation shows are put into docs/images as well. The demo runs for the pictures alone, on free
ports and in a temporary directory. One more page is one more `Picture`.
"""

import argparse
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from demo.launcher import Ports, start
from demo.people.logins import CUSTOMER, PANEL_OPERATOR
from demo.processes import Program, end_all

ROOT = Path(__file__).resolve().parent.parent
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
IN_THE_DOCS = ("panel-settings-pl.png", "shop-home-pl.png", "sandbox-en.png")
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
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="ebexo-pictures-") as folder,
        _demo(Path(folder)) as pictures,
        _chromium() as browser,
    ):
        for picture in pictures:
            for language in LOCALES:
                file = _take(browser, picture, language=language, out=out)
                if file.name in IN_THE_DOCS:
                    shutil.copy(file, ROOT / "docs" / "images")
                print(file)


@contextmanager
def _demo(data_dir: Path) -> Iterator[list[Picture]]:
    ports = Ports(*_free_ports(3))
    programs: list[Program] = []
    try:
        store = start(data_dir, ports, programs)
        yield _pictures(ports, store)
    finally:
        end_all(programs)


def _pictures(ports: Ports, store: str) -> list[Picture]:
    shop, sandbox = f"http://127.0.0.1:{ports.shop}", f"http://127.0.0.1:{ports.sandbox}"
    panel = f"http://127.0.0.1:{ports.panel}/panel"

    def as_customer(page: Page) -> None:
        page.goto(f"{shop}/accounts/login/")
        page.click("#cookie_banner button[value=all]")
        page.fill("#id_login-username", CUSTOMER.email)
        page.fill("#id_login-password", CUSTOMER.password)
        page.click("button[name=login_submit]")
        page.wait_for_url(f"{shop}/")

    def as_operator(page: Page) -> None:
        page.goto(f"{panel}/login/")
        page.fill("#id_username", PANEL_OPERATOR.email)
        page.fill("#id_password", PANEL_OPERATOR.password)
        page.click("#login-form [type=submit]")
        page.wait_for_url(f"{panel}/{store}/")

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
