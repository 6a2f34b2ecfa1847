"""What is written from the code into a page is what the code says now."""

from collections import Counter
from pathlib import Path

import pytest

from ebexo.ingest.reasons import DELIVERY
from ebexo.outbox.states import State
from ebexo.reasons import SENTENCES
from scripts.reference.parts import PAGES, PARTS, names_in, with_parts
from scripts.reference.reasons import BY_REASON

WITH_PARTS = sorted(path for path in PAGES.glob("*.md") if names_in(path.read_text()))


@pytest.mark.parametrize("path", [pytest.param(path, id=path.stem) for path in WITH_PARTS])
def test_page_is_what_the_code_says_now(path: Path) -> None:
    written = path.read_text()

    assert with_parts(written) == written, "Write it anew: .venv/bin/python -m scripts.reference"


def test_every_part_stands_in_one_page() -> None:
    found = Counter(name for path in WITH_PARTS for name in names_in(path.read_text()))

    assert found == dict.fromkeys(PARTS, 1)


def test_every_reason_is_told_once() -> None:
    told = [str(reason) for reasons in BY_REASON.values() for reason in reasons]

    assert sorted(told) == sorted({*DELIVERY, *SENTENCES})


def test_states_without_a_reason_are_those_that_say_it_all() -> None:
    assert set(State) - set(BY_REASON) == {State.IN_FLIGHT, State.DELIVERED, State.DISCARDED}


def test_part_replaces_what_stood_there_and_nothing_else() -> None:
    page = "before\n<!-- written from the code: states -->\n\nold\n\n<!-- end of states -->\nafter\n"

    beginning, _, rest = with_parts(page).partition("| Code | English | Polish |")

    assert beginning == "before\n<!-- written from the code: states -->\n\n"
    assert "| `held` | Not delivered | Niedostarczone |\n" in rest
    assert rest.endswith("|\n\n<!-- end of states -->\nafter\n")
    assert "old" not in rest
