"""One thing that the shop remembers, before it is described."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

BATCH = 200


@dataclass(frozen=True)
class Record:
    """`place` is where it stands among all of its kind; `describe` reads it as a store event; `cells` name it."""

    place: str
    describe: Callable[[], dict[str, Any]]
    cells: tuple[str, ...]
