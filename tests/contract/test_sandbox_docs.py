"""The reference page of the sandbox names everything that is there."""

import re
from pathlib import Path

import pytest

from salesmanago_sandbox.backstage.routes import ROUTES
from salesmanago_sandbox.faults.fault import FAULTS
from salesmanago_sandbox.findings import WORTH_SEEING
from salesmanago_sandbox.methods import METHODS
from salesmanago_sandbox.switches import Switches
from salesmanago_sandbox.v3 import METHODS as V3_METHODS
from salesmanago_sandbox.v3.problems import Reason

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "sandbox.md").read_text()


def rows(title: str) -> list[str]:
    """The table rows of one chapter."""
    chapter = re.search(rf"^## {title}\n(.*?)(^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert chapter
    return [line for line in chapter[1].splitlines() if line.startswith("| `")]


def named_first(title: str) -> set[str]:
    return {name for row in rows(title) for name in re.findall(r"`([^`]+)`", row.split("|")[1])}


def test_every_method_is_in_the_table() -> None:
    assert named_first("Methods, and how sure they are") == set(METHODS)


def test_every_method_of_api_v3_is_in_the_table() -> None:
    assert named_first("API v3") == {*V3_METHODS, "reasonCode"}


def test_every_reason_of_api_v3_is_in_the_table() -> None:
    codes = [int(code) for code in re.findall(r"^\| (\d\d) \|", PAGE, re.MULTILINE)]

    assert codes == list(Reason)


def test_every_fault_is_in_the_table() -> None:
    assert set(FAULTS) <= named_first("Faults")


def test_every_finding_is_in_the_table() -> None:
    assert named_first("Findings") == {*WORTH_SEEING, "duplicate_event", "cart_left"}


@pytest.mark.parametrize(("name", "default"), Switches().values().items())
def test_every_switch_is_in_the_table_with_its_default(name: str, default: object) -> None:
    shown = str(default).lower() if isinstance(default, bool) else str(default)

    (row,) = [row for row in rows("Switches") if row.startswith(f"| `{name}` |")]

    assert row.split("|")[2].strip().startswith(f"`{shown}`")


def test_switches_of_the_methods_are_there() -> None:
    cells = [row.split("|")[-2] for row in rows("Methods, and how sure they are")]

    assert {name for cell in cells for name in re.findall(r"`(\w+)`", cell)} <= set(Switches().values())


def test_every_backstage_address_is_in_the_table() -> None:
    paths = {route.path.replace("request_id", "requestId") for route in ROUTES}

    assert [path for path in sorted(paths) if f" {path}`" not in PAGE] == []
