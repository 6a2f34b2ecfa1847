"""Keep what an installation of this version leaves behind, so that later versions can be tried on it.

`python -m scripts.upgrade_fixture` writes `tests/packaging/upgrade/VERSION/`, or the folder that it is given: the
database as SQL, and the files of the keys, which open nothing but this. It is run once for each release, on the commit
that gets the tag; what it wrote is never changed afterwards. The installation is made as a shop and an operator would
make it, by commands and over HTTP.
"""

import json
import os
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from ebexo import __version__

KEPT = Path(__file__).parents[1] / "tests" / "packaging" / "upgrade"
FILES = ("installation-secret", "secret-keys")
EBEXO = str(Path(sys.executable).with_name("ebexo"))
NOBODY = "http://127.0.0.1:9"
PEOPLE = 3
START_SECONDS = 60.0
AT = "2026-11-01T10:00:00Z"


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else KEPT / __version__
    write_down(folder)
    print(f"{folder}: {', '.join(sorted(path.name for path in folder.iterdir()))}")


def write_down(folder: Path) -> None:
    """An installation as this version makes it, written to `folder`, which must be new."""
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory(prefix="ebexo-upgrade-") as made:
        data = Path(made)
        _make(data)
        with closing(sqlite3.connect(data / "ebexo.sqlite3")) as database:
            (folder / "ebexo.sql").write_text("\n".join(database.iterdump()) + "\n", encoding="utf-8")
        for name in FILES:
            (folder / name).write_bytes((data / name).read_bytes())


def _make(data: Path) -> None:
    _run(data, "migrate")
    created = json.loads(
        _run(
            data, "store", "create", "Olcha", "--email", "owner@shop.example", "--client-id", "sandbox-client",
            "--endpoint", NOBODY, "--api-secret-stdin", "--active", "--json", stdin="sandbox-secret",
        )
    )  # fmt: skip
    store = created["store"]
    _run(data, "consent", "add", store, "marketing", "--name", "News", "--text", "Yes, please.")
    _run(data, "user", "add", "ala@shop.example", "--role", "owner", "--store", store)
    _run(data, "operator-key", "create")
    _run(data, "store", "pause", store)
    with _served(data) as url:
        for event in _events():
            _tell(f"{url}/api/v1/events", event, key=created["api_key"])


def _events() -> Iterator[dict[str, Any]]:
    """Of each person a registration with a consent, a cart and an order."""
    for number in range(PEOPLE):
        customer = {"id": f"c-{number}", "email": f"person-{number}@example.com", "first_name": "Zażółć"}
        item = {"product_id": "P-1", "quantity": 2}
        yes = [{"code": "marketing", "granted": True, "at": AT}]
        told: dict[str, dict[str, Any]] = {
            "customer.registered": {"consents": yes},
            "cart.product_added": {"cart": {"id": f"cart-{number}", "items": [item], "total": 20}},
            "order.placed": {"order": {"number": f"{number}", "total": "20.00", "items": [item]}},
        }
        for kind, more in told.items():
            yield {"id": f"{kind}-{number}", "type": kind, "occurred_at": AT, "customer": customer, **more}


def _environment(data: Path) -> dict[str, str]:
    others = {name: value for name, value in os.environ.items() if not name.startswith(("EBEXO_", "DJANGO_"))}
    return others | {"EBEXO_DATA_DIR": str(data), "EBEXO_EXTRA_ENDPOINTS": NOBODY}


def _run(data: Path, *arguments: str, stdin: str = "") -> str:
    return subprocess.run(  # noqa: S603  (our own program)
        [EBEXO, *arguments], env=_environment(data), input=stdin, capture_output=True, text=True, check=True
    ).stdout


@contextmanager
def _served(data: Path) -> Iterator[str]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{taken.getsockname()[1]}"
    program = [EBEXO, "serve", "--bind", address]
    with subprocess.Popen(program, env=_environment(data), stderr=subprocess.DEVNULL) as process:  # noqa: S603
        try:
            _wait_for(f"http://{address}/api/v1/openapi.json")
            yield f"http://{address}"
        finally:
            process.terminate()


def _wait_for(url: str) -> None:
    end = time.monotonic() + START_SECONDS
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()  # noqa: S310  (loopback)
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)  # between two looks
        else:
            return


def _tell(url: str, event: dict[str, Any], *, key: str) -> None:
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    request = urllib.request.Request(url, data=json.dumps(event).encode(), headers=headers)  # noqa: S310
    urllib.request.urlopen(request, timeout=30).close()  # noqa: S310  (loopback)


if __name__ == "__main__":
    main()
