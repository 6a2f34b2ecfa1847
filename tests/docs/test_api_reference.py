"""The page that is written from the schema is what the schema says now."""

from ebexo.events import EventType
from scripts.api_reference import PAGE, current_schema, page


def test_page_is_what_the_schema_says_now() -> None:
    written = page(current_schema())

    assert PAGE.read_text() == written, "Write it anew: .venv/bin/python scripts/api_reference.py"


def test_page_has_an_example_of_every_type_of_event() -> None:
    written = page(current_schema())

    missing = [kind for kind in EventType if f'"type": "{kind}"' not in written]

    assert missing == []
