"""Single values of an answer, each None where it is not what it should be."""

from collections.abc import Callable
from decimal import Decimal
from typing import TypeVar

from salesmanago.amounts import two_places

T = TypeVar("T")


def read_text(value: object) -> str | None:
    """A text that can be stored anywhere."""
    return value.strip() or None if isinstance(value, str) and value.isprintable() else None


def read_prose(value: object) -> str | None:
    """A text that a person wrote, maybe in several lines; what nobody can see or store is left out."""
    if not isinstance(value, str):
        return None
    kept = "".join(character for character in value if character.isprintable() or character.isspace())
    return kept.strip() or None


def read_number(value: object) -> int | None:
    """A whole number: a moment in milliseconds, or a count."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def read_amount(value: object) -> Decimal | None:
    """A number with two places."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    try:
        return two_places(Decimal(value))
    except ValueError:
        return None


def read_all(listed: object, read: Callable[[object], T | None]) -> tuple[T, ...] | None:
    """Every item of a list, or None: where one cannot be read, the others are not the whole truth."""
    if not isinstance(listed, list):
        return None
    items = tuple(item for entry in listed if (item := read(entry)) is not None)
    return items if len(items) == len(listed) else None
