"""The chart of the last days: bars of SVG, made here, so that a page needs nothing but itself. PURE."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ebexo.panel.start.numbers import Day

HEIGHT = 100.0
STEP = 40.0  # from bar to bar
WIDTH = 24.0
THINNEST = 2.0
"""So high is a part that is there at all, however much taller the others are."""
PARTS = ("delivered", "withheld", "failed")


@dataclass(frozen=True)
class Part:
    """A rectangle of the SVG; `name` is one of PARTS."""

    name: str
    x: float
    y: float
    height: float


@dataclass(frozen=True)
class Bar:
    """A day of the chart, its parts from the bottom up."""

    day: Day
    x: float
    middle: float
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Chart:
    """`top` is the number at the upper edge."""

    bars: tuple[Bar, ...]
    top: int
    width: float
    height: float = HEIGHT
    bar_width: float = WIDTH


def chart_of(days: Sequence[Day]) -> Chart:
    """The bars of these days, all measured by the same top."""
    top = _round_up(max((day.total for day in days), default=0))
    bars = tuple(_bar(day, place * STEP + (STEP - WIDTH) / 2, top) for place, day in enumerate(days))
    return Chart(bars, top, width=len(days) * STEP)


def _bar(day: Day, x: float, top: int) -> Bar:
    return Bar(day, x, x + WIDTH / 2, tuple(_parts(day, x, top)))


def _parts(day: Day, x: float, top: int) -> Iterator[Part]:
    foot = HEIGHT
    for name in PARTS:
        count: int = getattr(day, name)
        if count:
            height = max(THINNEST, HEIGHT * count / top)
            foot -= height
            yield Part(name, x, round(foot, 2), round(height, 2))


def _round_up(most: int) -> int:
    """The next number that is easy to read: 1, 2 or 5 with noughts, at least 5."""
    unit = 1
    while True:
        for factor in (1, 2, 5):
            if most <= factor * unit and factor * unit >= 5:
                return factor * unit
        unit *= 10
