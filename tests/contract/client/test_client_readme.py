"""The client's page: its example runs as it stands, and its tables are complete."""

import asyncio
import inspect
import os
import re
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

import salesmanago
from salesmanago import Client, ContactEvent, EventKind, Item, SalesmanagoError

PAGE = (Path(salesmanago.__file__).parent / "README.md").read_text(encoding="utf-8")
EXAMPLE, EVENT = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


class Sandbox(Protocol):
    @property
    def url(self) -> str: ...

    def call(self, method: str, **fields: Any) -> Any: ...


def named_in_first_column(heading: str) -> set[str]:
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    return {name for row in rows for name in re.findall(r"`(\w+)`", row)}


async def test_example_runs_as_it_stands(sandbox: Sandbox) -> None:
    account = {
        "ENDPOINT": sandbox.url,
        "CLIENT_ID": "sandbox-client",
        "API_SECRET": "sandbox-secret",
        "OWNER": "owner@shop.example",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        EXAMPLE,
        env={**os.environ, **account},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )

    printed, problems = await process.communicate()

    found = sandbox.call("contact/hasContact", email="jan@example.com")
    assert problems.decode() == ""
    assert printed.decode().strip() == found["contactId"]


def test_event_of_the_example_looks_on_the_wire_as_the_page_says() -> None:
    names = {"ContactEvent": ContactEvent, "EventKind": EventKind, "Item": Item, "Decimal": Decimal}

    wire = eval(EVENT, names).to_wire()

    assert (wire["products"], wire["detail1"], wire["detail3"]) == (
        "P-100,P-205",
        "Krzesło Olcha,Stolik dębowy",
        "1/2",
    )


def test_every_method_has_its_row() -> None:
    methods = {name for name, _ in inspect.getmembers(Client, inspect.iscoroutinefunction)}

    assert named_in_first_column("Methods") == {name for name in methods if not name.startswith("_")}


def test_every_error_has_its_row() -> None:
    assert named_in_first_column("Errors, and what to do") == {
        error.__name__ for error in SalesmanagoError.__subclasses__()
    }
