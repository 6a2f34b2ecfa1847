"""The figures on the screen."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from bench.rows import Figures, Row, told


def table(rows: Sequence[Row]) -> Table:
    made = Table(title="Figures", title_justify="left")
    for heading in ("Name", "Measured", "Against", "Ratio", "Goal", ""):
        made.add_column(heading, justify="right" if heading in ("Measured", "Ratio") else "left")
    for row in rows:
        ratio = "" if row.ratio is None else told(row.ratio)
        verdict = "[green]met[/green]" if row.goal_met else "[red]missed[/red]"
        made.add_row(row.name, row.measured, row.against or "–", ratio, row.shown_goal, verdict)
    return made


def notes(figures: Figures) -> Table:
    """What stands behind each figure."""
    made = Table.grid(padding=(0, 2))
    for row in figures.rows:
        made.add_row(row.name, Text(figures.notes.get(row.name, "")))
    return made
