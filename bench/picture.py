"""The figures as bars, one below the other: how many times of its goal each is."""

import math
from collections.abc import Sequence
from html import escape

from bench.rows import Row

WIDTH, ROW, TOP, BOTTOM = 920, 30, 64, 38
LEFT, RIGHT, GOALS_AT = 190, 590, 722
"""Between the first two lie the bars; beside them the names, what was measured, and the goals."""
STYLE = """
    svg { font: 13px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif }
    .paper { fill: #ffffff } .ink { fill: #1f2328 } .soft { fill: #59636e } .line { stroke: #d1d9e0 }
    .goal { stroke: #59636e; stroke-width: 1.5 } .met { fill: #1a7f64 } .missed { fill: #c4520a }
    @media (prefers-color-scheme: dark) {
        .paper { fill: #0d1117 } .ink { fill: #e6edf3 } .soft { fill: #9da7b1 } .line { stroke: #30363d }
        .goal { stroke: #9da7b1 } .met { fill: #3fb896 } .missed { fill: #f0883e }
    }
"""


def picture(rows: Sequence[Row], *, caption: str) -> str:
    """An SVG for light and dark. A bar to the right of the goal's line meets it, one to the left misses it.

    Twice as good is as far to the right everywhere as half as good is to the left.
    """
    scale = Scale.for_rows(rows)
    height = TOP + ROW * len(rows) + BOTTOM
    bottom = TOP + ROW * len(rows)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
        ' role="img">',
        f"<title>{escape(caption)}</title>",
        f"<style>{STYLE}</style>",
        f'<rect class="paper" width="{WIDTH}" height="{height}" rx="6"/>',
        _text(16, 26, "Each figure, in times of its goal", "ink", more='font-size="16" font-weight="600"'),
        _text(16, 46, caption, "soft"),
        *(_tick(scale, power, bottom) for power in range(scale.lowest, scale.highest + 1)),
        *(line for place, row in enumerate(rows) for line in _bar(scale, row, TOP + ROW * place)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


class Scale:
    """Powers of two from the left to the right; the goal is 1, the power 0."""

    def __init__(self, lowest: int, highest: int) -> None:
        self.lowest, self.highest = lowest, highest

    @classmethod
    def for_rows(cls, rows: Sequence[Row]) -> "Scale":
        powers = [power for row in rows if (power := _power(row)) is not None and math.isfinite(power)]
        return cls(min(-2, math.floor(min(powers, default=0))), max(2, math.ceil(max(powers, default=0))))

    def at(self, power: float) -> float:
        power = min(power, self.highest)  # what costs nothing is as far to the right as there is
        share = (power - self.lowest) / (self.highest - self.lowest)
        return round(LEFT + share * (RIGHT - LEFT), 1)


def _power(row: Row) -> float | None:
    times = row.times_of_goal
    return math.log2(times) if times and times > 0 else None


def _tick(scale: Scale, power: int, bottom: int) -> str:
    x = scale.at(power)
    kind, name = (
        ("goal", "goal") if power == 0 else ("line", f"{2**power}×" if power > 0 else f"1/{2**-power}")
    )
    line = f'<line class="{kind}" x1="{x}" x2="{x}" y1="{TOP - 4}" y2="{bottom + 4}"/>'
    return line + _text(x, bottom + 22, name, "soft", more='text-anchor="middle"')


def _bar(scale: Scale, row: Row, top: int) -> list[str]:
    middle = top + ROW / 2 + 4.5
    verdict = "met" if row.goal_met else "missed"
    lines = [
        _text(16, middle, row.name, "ink"),
        _text(RIGHT + 16, middle, row.judged, "ink"),
        _text(GOALS_AT, middle, f"{verdict}: {row.shown_goal}", "soft"),
    ]
    power = _power(row)
    if power is not None:
        zero, end = scale.at(0), scale.at(power)
        x, width = min(zero, end), max(abs(end - zero), 2)
        lines.append(
            f'<rect class="{verdict}" x="{x}" y="{top + 6}" width="{width:.1f}" height="{ROW - 12}" rx="2"/>'
        )
    return lines


def _text(x: float, y: float, content: str, kind: str, *, more: str = "") -> str:
    return f'<text class="{kind}" x="{x}" y="{y}" xml:space="preserve" {more}>{escape(content)}</text>'
