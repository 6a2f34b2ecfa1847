"""Where history can be read from besides a file: the shop that we run in, if one has registered itself."""

from collections.abc import Iterator
from typing import Protocol

from ebexo.history.reading.types import Kind, Row


class ShopSource(Protocol):
    """A shop in the same process, which reads its own records."""

    def count(self, kind: Kind) -> int:
        """How many rows there are."""
        ...

    def rows(self, kind: Kind, after: str | None = None) -> Iterator[tuple[str, Row]]:
        """Every row with the place it stands at, in a lasting order; `after` a place, those behind it."""
        ...


_registered: list[ShopSource] = []


def register(source: ShopSource) -> None:
    """The shop that this process is. Registering again replaces the former one."""
    _registered[:] = [source]


def shop() -> ShopSource | None:
    """The registered shop; None in a process that is no shop."""
    return _registered[0] if _registered else None
