"""The states of an import, what may follow what, and how its numbers add up. PURE: no Django, no clock, no database."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class ImportState(StrEnum):
    """`RECEIVING` to `PAUSED` can go on; the others are final."""

    RECEIVING = "receiving"
    """Its rows are still being told."""
    REHEARSING = "rehearsing"
    """Every row is judged; nothing is sent."""
    REHEARSED = "rehearsed"
    """Its numbers are there, and it waits for somebody to start it."""
    RUNNING = "running"
    """Its rows are judged and sent."""
    PAUSED = "paused"
    """Stopped by a person, until a person lets it go on."""
    CANCELLED = "cancelled"
    """Given up by a person. What SALESmanago has by then stays there."""
    DONE = "done"
    """Every row was judged, and what was to be sent has left."""
    FAILED = "failed"
    """Given up by us, since it could not go on."""


AT_WORK = (ImportState.REHEARSING, ImportState.RUNNING)
OPEN = (*AT_WORK, ImportState.RECEIVING, ImportState.REHEARSED, ImportState.PAUSED)
_MAY_BECOME = {
    ImportState.RUNNING: (ImportState.REHEARSED, ImportState.PAUSED),
    ImportState.PAUSED: AT_WORK,
    ImportState.CANCELLED: OPEN,
}


def may_become(present: ImportState, wanted: ImportState) -> bool:
    """May a person bring an import that is `present` to `wanted`? What it is already it may become."""
    return present is wanted or present in _MAY_BECOME.get(wanted, ())


class Verdict(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    """It is sent, or would be."""
    ALREADY_SENT = "already_sent"
    """This account was told of it before, or is about to be."""
    WITHHELD = "withheld"
    """It may not be sent; the code says why."""
    INVALID = "invalid"
    """It can't be read; the code says what is wrong."""
    DUPLICATE = "duplicate"
    """An earlier row of the same import is about the same customer or order."""


@dataclass(frozen=True)
class RowVerdict:
    """What becomes of the row with this number, as people count lines. `field` is where an invalid row is wrong.

    `twin` is the number of the earlier row that a duplicate repeats.
    """

    row: int
    verdict: Verdict
    code: str = ""
    field: str = ""
    twin: int | None = None


@dataclass(frozen=True)
class Counts:
    """How many rows came to what; `withheld` and `invalid` by code."""

    new: int = 0
    already_sent: int = 0
    duplicates: int = 0
    withheld: Mapping[str, int] = field(default_factory=dict)
    invalid: Mapping[str, int] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return self.new + self.already_sent + self.duplicates + self.all_withheld + self.all_invalid

    @property
    def all_withheld(self) -> int:
        return sum(self.withheld.values())

    @property
    def all_invalid(self) -> int:
        return sum(self.invalid.values())

    def plus(self, verdicts: Iterable[RowVerdict]) -> "Counts":
        verdicts = list(verdicts)
        plain = Counter(one.verdict for one in verdicts)
        return Counts(
            new=self.new + plain[Verdict.NEW],
            already_sent=self.already_sent + plain[Verdict.ALREADY_SENT],
            duplicates=self.duplicates + plain[Verdict.DUPLICATE],
            withheld=_with(self.withheld, verdicts, Verdict.WITHHELD),
            invalid=_with(self.invalid, verdicts, Verdict.INVALID),
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "new": self.new,
            "already_sent": self.already_sent,
            "duplicates": self.duplicates,
            "withheld": dict(self.withheld),
            "invalid": dict(self.invalid),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Counts":
        return cls(**stored)


def _with(codes: Mapping[str, int], verdicts: Iterable[RowVerdict], wanted: Verdict) -> dict[str, int]:
    added = Counter(one.code for one in verdicts if one.verdict is wanted)
    return dict(sorted((added + Counter(codes)).items()))
