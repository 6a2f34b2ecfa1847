"""The page about files says what the code knows, and its examples are read."""

import re
from datetime import UTC, datetime
from enum import StrEnum
from io import BytesIO
from pathlib import Path

import pytest

from ebexo.history.reading import NOTES, PROBLEMS, Kind, Row, recognise, rows
from ebexo.history.reading.fields import NAMES
from ebexo.history.reading.lookups import STATUSES
from ebexo.history.reading.words import UNREADABLE

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "reference" / "import-files.md").read_text()


def table_below(title: str) -> list[tuple[str, str]]:
    """The first table below this title, without its head."""
    part = PAGE.split(f" {title}\n", 1)[1]
    return re.findall(
        r"^\| (.+?) \| (.+) \|$", part.split("|---|---|\n", 1)[1].split("\n\n", 1)[0], re.MULTILINE
    )


@pytest.mark.parametrize("kind", list(Kind))
def test_every_column_is_documented_with_all_its_names(kind: Kind) -> None:
    documented = table_below(f"Columns of {kind}")

    assert documented == [(f"`{field}`", ", ".join(names)) for field, names in NAMES[kind].items()]


def test_every_status_is_documented() -> None:
    documented = table_below("What the status means")

    assert documented == [(", ".join(words), f"`{event_type}`") for event_type, words in STATUSES.items()]


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Why a file is refused", UNREADABLE),
        ("Why a row is refused", PROBLEMS),
        ("What is left out of a row", NOTES),
    ],
)
def test_every_code_is_documented_with_its_sentence(title: str, words: dict[StrEnum, str]) -> None:
    assert table_below(title) == [(f"`{code}`", sentence) for code, sentence in words.items()]


def read(kind: Kind) -> list[Row]:
    content = (DOCS / "examples" / f"{kind}.csv").read_bytes()
    shape = recognise(content, kind=kind, is_whole=True)
    assert all(column.field for column in shape.columns)
    return list(rows(BytesIO(content), shape, kind=kind, now=datetime(2026, 11, 23, tzinfo=UTC)))


def test_the_example_of_customers_is_read_whole() -> None:
    found = read(Kind.CUSTOMERS)

    assert [(row.number, row.problems, row.notes) for row in found] == [(2, (), ()), (3, (), ()), (4, (), ())]
    assert found[0].told == {
        "type": "customer.updated",
        "customer": {
            "id": "10042",
            "email": "jan.kowalski@example.com",
            "first_name": "Jan",
            "last_name": "Kowalski",
            "phone": "+48600100200",
            "company": "Kowalski Meble",
            "address": {
                "street": "ul. Lipowa 7/3",
                "postal_code": "30-002",
                "city": "Kraków",
                "region": "małopolskie",
                "country": "PL",
            },
            "birth_date": "1984-03-17",
            "created_at": "2025-02-20T11:00:00+01:00",
            "language": "pl",
            "properties": {"customer_group": "detal"},
        },
        "consents": [
            {
                "code": "marketing",
                "granted": True,
                "at": "2025-02-20T11:00:00+01:00",
                "ip": "203.0.113.24",
                "source": "rejestracja",
            }
        ],
    }


def test_the_example_of_orders_is_read_whole() -> None:
    found = read(Kind.ORDERS)

    assert [(row.number, row.problems, row.notes, row.told and row.told["type"]) for row in found] == [
        (2, (), (), "order.paid"),
        (4, (), (), "order.placed"),
        (5, (), (), "order.cancelled"),
    ]
    assert [len(row.told["order"]["items"]) for row in found if row.told] == [2, 1, 1]
