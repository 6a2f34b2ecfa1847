"""The figures of a run: a row for each name, and what it must come to."""

import argparse
import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

RATIO = ""


@dataclass(frozen=True)
class Goal:
    """What a figure must come to. `unit` is that of the value; RATIO: the goal is for the ratio.

    `times` says how far a figure is beyond it: 2.0 is twice as good as it has to be, below 1 it is missed.
    """

    sign: str
    number: float
    unit: str = RATIO

    def __str__(self) -> str:
        return f"{self.sign} {self.number:g} {self.unit}".strip()

    def times(self, *, value: float, ratio: float | None) -> float:
        found = self._looked_at(value, ratio)
        if self.sign == ">=":
            return found / self.number
        return self.number / found if found > 0 else float("inf")

    def is_met(self, *, value: float, ratio: float | None) -> bool:
        found = self._looked_at(value, ratio)
        match self.sign:
            case ">=":
                return found >= self.number
            case "<=":
                return found <= self.number
        return found < self.number

    def _looked_at(self, value: float, ratio: float | None) -> float:
        if self.unit != RATIO:
            return value
        if ratio is None:
            raise ValueError("the goal is for a ratio, and there is none")
        return ratio


GOALS: Mapping[str, Goal] = {
    "request_added_ratio": Goal(">=", 50),
    "request_added_ms": Goal("<", 3, "ms"),
    "ingest_single": Goal(">=", 0.4),
    "ingest_lists": Goal(">=", 5000, "events/s"),
    "delivery_single": Goal(">=", 0.9),
    "delivery_single_cpu": Goal(">=", 0.35),
    "import_vs_clients": Goal(">=", 20),
    "import_vs_raw": Goal(">=", 0.7),
    "contact_id_p50_ms": Goal("<", 100, "ms"),
    "contact_id_p99_ms": Goal("<", 500, "ms"),
    "claim_million": Goal("<=", 1.5),
    "memory_million_mb": Goal("<", 400, "MB"),
    "noisy_neighbours": Goal("<=", 1.5),
    "two_workers": Goal(">=", 1.8),
}


@dataclass(frozen=True)
class Row:
    """One figure. `against` says what it is compared with, and what that came to; `ratio` is how the two compare.

    A `value` of None: it could not be measured.
    """

    name: str
    value: float | None
    unit: str
    against: str | None
    ratio: float | None
    goal: str
    goal_met: bool

    @property
    def times_of_goal(self) -> float | None:
        """See `Goal.times`; None where nothing was measured."""
        return None if self.value is None else GOALS[self.name].times(value=self.value, ratio=self.ratio)

    @property
    def judged(self) -> str:
        """What the goal is for, as text: the ratio, or the value with its unit."""
        if self.value is None:
            return "not measured"
        return told(self.ratio) if GOALS[self.name].unit == RATIO and self.ratio else self.measured

    @property
    def shown_goal(self) -> str:
        """The goal with the signs of print."""
        return self.goal.replace(">=", "≥").replace("<=", "≤")

    @property
    def measured(self) -> str:
        return "not measured" if self.value is None else f"{told(self.value)} {self.unit}"


@dataclass(frozen=True)
class Figures:
    """What a part measured. `notes` tell, by name, the range behind a figure and which limits were lifted for it."""

    rows: Sequence[Row]
    notes: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "Figures":
        return cls([Row(**row) for row in content["rows"]], dict(content["notes"]))

    def as_json(self) -> dict[str, Any]:
        return {"rows": [asdict(row) for row in self.rows], "notes": dict(self.notes)}


def row(name: str, value: float, unit: str, *, against: str | None = None, ratio: float | None = None) -> Row:
    """A row that was measured, judged by the goal of its name; its numbers to four digits."""
    goal = GOALS[name]
    is_met = goal.is_met(value=value, ratio=ratio)
    return Row(
        name, _short(value), unit, against, None if ratio is None else _short(ratio), str(goal), is_met
    )


def not_measured(name: str) -> Row:
    return Row(name, None, "", None, None, str(GOALS[name]), goal_met=False)


def spread(values: Sequence[float], unit: str = "") -> str:
    """The median with its range: `0.47 (0.44 to 0.51)`."""
    low, high = told(min(values)), told(max(values))
    middle = f"{told(statistics.median(values))} {unit}".strip()
    return f"{middle} ({low} to {high})"


def told(number: float) -> str:
    """A number for people: `12,345`, `345`, `34.5`, `3.45`."""
    if abs(number) >= 100:
        return f"{number:,.0f}"
    return f"{number:.1f}" if abs(number) >= 10 else f"{number:.2f}"


def _short(number: float) -> float:
    return float(f"{number:.4g}")


def parser(prog: str, description: str | None) -> argparse.ArgumentParser:
    """For the options of a part; `--rows FILE` has its figures written into a file as JSON as well."""
    made = argparse.ArgumentParser(prog=f"python -m {prog}", description=description)
    made.add_argument("--into", type=Path, metavar="FILE", help="write the figures there, as JSON")
    return made


def tell(figures: Figures, options: argparse.Namespace) -> None:
    """Print the figures with what their notes say, and write them where the options want them."""
    for one in figures.rows:
        ratio = "" if one.ratio is None else f", ratio {told(one.ratio)}"
        against = f", against {one.against}" if one.against else ""
        verdict = "met" if one.goal_met else "missed"
        print(f"{one.name}: {one.measured}{against}{ratio} (goal {one.goal}: {verdict})")
        if note := figures.notes.get(one.name):
            print(f"    {note}")
    if options.into:
        options.into.write_text(json.dumps(figures.as_json(), ensure_ascii=False))
