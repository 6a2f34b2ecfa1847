"""Every request that came to the vendor's paths, and what became of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from salesmanago_sandbox.json_text import JsonObject
from salesmanago_sandbox.moments import iso
from salesmanago_sandbox.notes import Note
from salesmanago_sandbox.revisions import Revisions


@dataclass
class Entry:
    """`status` and `answer` are None while no answer was given, and for ever where none was."""

    number: int
    at: int
    method: str
    path: str
    body: Any
    status: int | None = None
    answer: Any = None
    fault: str | None = None
    applied: bool = False
    warnings: list[Note] = field(default_factory=list)
    revision: int = 0

    def described(self) -> JsonObject:
        return {
            "at": iso(self.at),
            "method": self.method,
            "path": self.path,
            "body": self.body,
            "status": self.status,
            "answer": self.answer,
            "fault": self.fault,
            "applied": self.applied,
        }


class Journal:
    def __init__(self, revisions: Revisions) -> None:
        self._revisions = revisions
        self._entries: list[Entry] = []

    def arrived(self, *, at: int, method: str, path: str, body: Any) -> Entry:
        """Written down on arrival, so that a request left hanging is seen, too."""
        entry = Entry(number=len(self._entries) + 1, at=at, method=method, path=path, body=body)
        entry.revision = self._revisions.next()
        self._entries.append(entry)
        return entry

    def changed(self, entry: Entry) -> None:
        entry.revision = self._revisions.next()

    def restore(self, entries: list[Entry]) -> None:
        self._entries = entries

    def latest(self, count: int) -> list[Entry]:
        """The last `count` arrivals, newest first."""
        return self._entries[: -count - 1 : -1]

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)
