"""A world for journeys: the real shop, the panel with the dispatcher, and the sandbox, each a process of its own."""

import json
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from demo.people.logins import PANEL_OPERATOR
from demo.processes import Program, clean_environment, end_all

SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
EBEXO = ["-c", "from ebexo.cli import main; main()"]


def browser_path() -> str:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    assert found, "The journeys need Chromium: make chromium."
    return found


def run(*arguments: str, data: Path, stdin: str = "", **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        env=clean_environment(EBEXO_DATA_DIR=str(data), **environment),
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class World:
    """Programs on one data directory. `store` is the handle of the store that the shop is, `api_key` its key."""

    data: Path
    store: str
    api_key: str
    ports: dict[str, int] = field(
        default_factory=lambda: {name: free_port() for name in ("shop", "panel", "sandbox")}
    )
    programs: dict[str, Program] = field(default_factory=dict)

    @property
    def sandbox(self) -> str:
        return f"http://127.0.0.1:{self.ports['sandbox']}"

    @property
    def shop(self) -> str:
        return f"http://127.0.0.1:{self.ports['shop']}"

    @property
    def panel(self) -> str:
        return f"http://127.0.0.1:{self.ports['panel']}"

    def start(self, *names: str, **more: str) -> None:
        """Start these programs, with `more` in their environment, all at once, and wait until each answers."""
        for name in names:
            arguments = {
                "sandbox": ["-m", "salesmanago_sandbox"],
                "panel": [*EBEXO, "serve"],
                "shop": ["-m", "demo.server"],
            }[name]
            bind = ["--bind", f"127.0.0.1:{self.ports[name]}"]
            environment = self.environment | more
            self.programs[name] = Program(name, [*arguments, *bind], environment=environment, logs=self.data)
        answering = {"sandbox": self.sandbox, "panel": f"{self.panel}/panel/login", "shop": self.shop}
        for name in names:
            self.programs[name].wait_until_it_answers(f"{answering[name]}/")

    @property
    def environment(self) -> dict[str, str]:
        return clean_environment(
            EBEXO_DATA_DIR=str(self.data), EBEXO_EXTRA_ENDPOINTS=self.sandbox, SHOP_STORE=self.store
        )

    def stop(self, name: str) -> None:
        end_all([self.programs.pop(name)])

    def kill(self, name: str) -> None:
        """SIGKILL: no time to tidy up."""
        self.programs.pop(name).kill()

    def connect(self) -> None:
        """What a merchant does in the panel, by the command line."""
        arguments = ["store", "update", self.store, "--email", "owner@shop.example", "--active", "--json"]
        account = ["--client-id", "sandbox-client", "--api-secret-stdin", "--endpoint", self.sandbox]
        printed = run(
            *EBEXO,
            *arguments,
            *account,
            data=self.data,
            stdin="sandbox-secret",
            EBEXO_EXTRA_ENDPOINTS=self.sandbox,
        )
        assert json.loads(printed)["check"]["problem"] in (None, "network")

    def ebexo(self, *arguments: str) -> str:
        """Run the command line on this data directory; what it printed."""
        return run(*EBEXO, *arguments, data=self.data, EBEXO_EXTRA_ENDPOINTS=self.sandbox)

    def paste_callbacks(self) -> None:
        """What a merchant does in SALESmanago: paste the two addresses, good for this panel's port."""
        key = run(
            "-c",
            f"from ebexo.secrets import keyed_hash as k; print(k('callback', '{self.store}')[:16])",
            data=self.data,
        )
        base = f"{self.panel}/callbacks/salesmanago/{self.store}"
        ending = f"?email=$email$&key=sha1($email${key.strip()})"
        self.tell_sandbox(
            "callbacks", {"opt_in": f"{base}/opt-in{ending}", "opt_out": f"{base}/opt-out{ending}"}
        )

    def ask_api(self, path: str) -> Any:
        """The JSON that the HTTP door answers to the store."""
        with urllib.request.urlopen(self._to_api(path), timeout=5) as answer:
            return json.load(answer)

    def tell_api(self, event: dict[str, Any]) -> None:
        with urllib.request.urlopen(self._to_api("events", json.dumps(event).encode()), timeout=5) as answer:
            assert answer.status == 202

    def _to_api(self, path: str, content: bytes | None = None) -> urllib.request.Request:
        headers = {"Authorization": f"Bearer {self.api_key}", "Content-Type": "application/json"}
        return urllib.request.Request(f"{self.panel}/api/v1/{path}", content, headers)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """What the database answers, read beside the running programs."""
        address = f"file:{self.data / 'ebexo.sqlite3'}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=5)) as connection:
            return connection.execute(sql).fetchall()

    def ask_sandbox(self, path: str) -> Any:
        """The JSON at the sandbox's backstage; None where it answers 404."""
        try:
            with urllib.request.urlopen(f"{self.sandbox}/_sandbox/{path}", timeout=5) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            error.close()
            if error.code != 404:
                raise
            return None

    def tell_sandbox(self, path: str, body: Any = None) -> None:
        """POST to the sandbox's backstage."""
        content = json.dumps(body).encode() if body is not None else b""
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.sandbox}/_sandbox/{path}", content, headers, method="POST")
        with urllib.request.urlopen(request, timeout=5) as answer:
            assert answer.status in (201, 204)

    def order_fault(self, fault: dict[str, Any]) -> None:
        self.tell_sandbox("faults", fault)

    def contact(self, email: str) -> dict[str, Any]:
        """The contact at the sandbox, as soon as it is there."""
        found: dict[str, Any] = until(lambda: self.ask_sandbox(f"contacts/{email}"))
        return found

    until = staticmethod(lambda found, seconds=20.0: until(found, seconds=seconds))

    def upserts(self, email: str) -> list[dict[str, Any]]:
        """Bodies of the contact upserts that speak of this address, oldest first."""
        requests = self.ask_sandbox("requests")["requests"]
        bodies = [
            entry["body"] for entry in requests if entry["path"] == "/api/contact/upsert" and entry["applied"]
        ]
        return [body for body in bodies if email in (body["contact"].get("email"), body.get("newEmail"))]


def until(found: Callable[[], Any], *, seconds: float = 20.0) -> Any:
    """What `found` gives back, as soon as it is something."""
    end = time.monotonic() + seconds
    while not (result := found()):
        assert time.monotonic() < end, "It did not happen in time."
        time.sleep(0.05)
    return result


MadeOnce = Callable[[str, Callable[[Path], None]], Path]


@pytest.fixture(scope="session")
def shop_tables(made_once: MadeOnce) -> Path:
    """A data directory with a shop's tables, all but empty: Oscar's migrations alone take a quarter of a minute."""

    def make(data: Path) -> None:
        run("-m", "demo.manage", "migrate", "--verbosity=0", data=data)

    return made_once("shop-tables", make)


@pytest.fixture(scope="session")
def prepared(made_once: MadeOnce, shop_tables: Path) -> tuple[Path, str, str]:
    """A data directory with a shop that has goods, a store that is not connected yet, and an operator's login."""

    def make(folder: Path) -> None:
        data = shutil.copytree(shop_tables, folder / "data")
        run(*EBEXO, "migrate", data=data)
        run("-m", "demo.manage", "seed", data=data)
        (folder / "opened.json").write_text(run(*EBEXO, "store", "create", "Olcha", "--json", data=data))
        run(
            *EBEXO, "manage", "createsuperuser", "--noinput", "--email", PANEL_OPERATOR.email,
            data=data, DJANGO_SUPERUSER_PASSWORD=PANEL_OPERATOR.password,
        )  # fmt: skip

    folder = made_once("prepared", make)
    opened = json.loads((folder / "opened.json").read_text())
    return folder / "data", opened["store"], opened["api_key"]


@pytest.fixture
def world(prepared: tuple[Path, str, str], tmp_path: Path) -> Iterator[World]:
    """A world of its own for one test; nothing runs in it yet."""
    template, store, api_key = prepared
    data = tmp_path / "data"
    shutil.copytree(template, data)
    made = World(data, store, api_key)
    yield made
    end_all(list(made.programs.values()))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture
def people(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a page in a browser of its own, as another person would: `people(world.shop)`."""
    contexts: list[BrowserContext] = []

    def arrive(address: str, *, locale: str = "pl-PL") -> Page:
        contexts.append(chromium.new_context(locale=locale, base_url=address))
        return contexts[-1].new_page()

    yield arrive
    for context in contexts:
        context.close()
