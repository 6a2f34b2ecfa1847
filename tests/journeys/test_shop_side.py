"""The tests of `tests/shop` run with the shop's own settings, so in a process of their own."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_connector_and_storefront_inside_the_shop(shop_tables: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "tests/shop",
        "-q",
        "--ds=demo.settings",
        "-p",
        "no:cacheprovider",
    ]

    done = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ
        | {
            "EBEXO_TEST_SETTINGS": "demo.settings",
            "EBEXO_TEST_TABLES": str(shop_tables / "ebexo.sqlite3"),
        },
        capture_output=True,
        text=True,
        check=False,
    )

    print(done.stdout)
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
