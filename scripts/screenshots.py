"""Pictures of the product, in both languages.

    python scripts/screenshots.py [--out DIR]      (default: docs/images)

Everything that is shown runs for the pictures alone: processes of its own, on free ports, in a temporary directory.
To show another process, write one more context manager like `panel`; to show another page, one more `Picture`.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
EBEXO = Path(sys.executable).with_name("ebexo")
BROWSER_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
]
LOCALES = {"pl": "pl-PL", "en": "en-US"}
EMAIL, PASSWORD = "operator@shop.example", "only-for-the-pictures"
START_SECONDS = 60


@dataclass(frozen=True)
class Picture:
    """One page. `log_in` makes the browser somebody who may see it."""

    name: str
    address: str
    log_in: Callable[[Page], None] | None = None
    width: int = 1280
    height: int = 800


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images")
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ebexo-pictures-")))
        pictures = [*stack.enter_context(panel(directory / "panel"))]
        browser = stack.enter_context(chromium())
        for picture in pictures:
            for language in LOCALES:
                print(take(browser, picture, language=language, out=out))


@contextmanager
def panel(data_dir: Path) -> Iterator[list[Picture]]:
    """The panel of a store that is connected to the sandbox; its pictures."""
    sandbox, serve = f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"
    environment = os.environ | {"EBEXO_DATA_DIR": str(data_dir), "EBEXO_EXTRA_ENDPOINTS": f"http://{sandbox}"}
    with running("sandbox", "--bind", sandbox, environment=environment, ready=f"http://{sandbox}/"):
        run("migrate", environment=environment)
        store = json.loads(run(*_store_options(sandbox), environment=environment, typed="sandbox-secret"))[
            "store"
        ]
        run(
            *("manage", "createsuperuser", "--noinput", "--email", EMAIL),
            environment=environment | {"DJANGO_SUPERUSER_PASSWORD": PASSWORD},
        )
        address = f"http://{serve}/panel/"
        with running("serve", "--bind", serve, environment=environment, ready=f"{address}login/"):

            def log_in(page: Page) -> None:
                page.goto(f"{address}login/")
                page.fill("#id_username", EMAIL)
                page.fill("#id_password", PASSWORD)
                page.click("#login-form [type=submit]")
                page.wait_for_url(f"{address}{store}/")

            yield [
                Picture("panel-login", f"{address}login/"),
                Picture("panel-start", f"{address}{store}/", log_in),
                Picture("panel-settings", f"{address}{store}/salesmanago/", log_in),
                Picture(
                    "panel-settings-phone", f"{address}{store}/salesmanago/", log_in, width=390, height=844
                ),
            ]


def _store_options(sandbox: str) -> list[str]:
    account = ["--email", "owner@shop.example", "--client-id", "sandbox-client", "--api-secret-stdin"]
    return [
        "store",
        "create",
        "Krzesła Olcha",
        *account,
        "--endpoint",
        f"http://{sandbox}",
        "--active",
        "--json",
    ]


def run(*arguments: str, environment: dict[str, str], typed: str = "") -> str:
    """Run one command of ours to its end; what it printed."""
    done = subprocess.run(  # noqa: S603  (a program of our own)
        [EBEXO, *arguments], env=environment, input=typed, stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout


@contextmanager
def running(*arguments: str, environment: dict[str, str], ready: str) -> Iterator[None]:
    """Run one of our servers until the block is left; `ready` answers once it is up."""
    process = subprocess.Popen(  # noqa: S603  (a program of our own)
        [EBEXO, *arguments], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _await(ready, process)
        yield
    finally:
        process.terminate()
        process.wait(timeout=START_SECONDS)


def _await(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            urlopen(address, timeout=5).close()  # noqa: S310  (an address of our own)
        except URLError:
            if process.poll() is not None or time.monotonic() > until:
                raise SystemExit(f"{address} does not answer.") from None
            time.sleep(0.1)
        else:
            return


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's Chromium, or the one that Playwright has brought."""
    system = Path("/usr/bin/chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=system if system.exists() else None, args=BROWSER_ARGUMENTS
        )
        yield browser
        browser.close()


def take(browser: Browser, picture: Picture, *, language: str, out: Path) -> Path:
    """Photograph one page in one language; the file."""
    context = browser.new_context(
        locale=LOCALES[language],
        viewport={"width": picture.width, "height": picture.height},
        color_scheme="light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    if picture.log_in:
        picture.log_in(page)
    page.goto(picture.address)
    page.wait_for_load_state("networkidle")
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": picture.width, "height": max(picture.height, height)})
    file = out / f"{picture.name}.{language}.png"
    page.screenshot(path=file)
    context.close()
    return file


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
