"""The page that is written from the schema is what the schema says now."""

import re

import pytest

from ebexo.events import EventType
from scripts.api_reference import PAGE, Schema, current_schema, page
from scripts.page_text import ROOT, pages, snippets


@pytest.fixture(scope="module")
def schema() -> Schema:
    return current_schema()


def test_page_is_what_the_schema_says_now(schema: Schema) -> None:
    written = page(schema)

    assert PAGE.read_text() == written, "Write it anew: .venv/bin/python -m scripts.reference"


def test_page_has_an_example_of_every_type_of_event(schema: Schema) -> None:
    written = page(schema)

    missing = [kind for kind in EventType if f'"type": "{kind}"' not in written]

    assert missing == []


def test_every_operation_that_a_page_names_exists(schema: Schema) -> None:
    known = {
        (method.upper(), _shape(path)) for path, methods in schema["paths"].items() for method in methods
    }

    named = {
        (str(path.relative_to(ROOT)), method, _shape(operation))
        for path in pages()
        for code in snippets(path.read_text())
        for method, operation in re.findall(r"\b(GET|POST|PUT|PATCH|DELETE) (/api/v1/[\w/{}-]+)", code)
    }

    assert len(named) > 20
    assert {one for one in named if one[1:] not in known} == set()


def _shape(path: str) -> str:
    """Without the names of what varies."""
    return re.sub(r"\{\w+\}", "{}", path).rstrip("/")
