"""Write the figures of the newest run of `make bench` into README.md: `python scripts/figures.py`.

They stand between two marks there, and only there; `tests/pure/test_bench_figures.py` holds both together.
"""

import json
import sys
from pathlib import Path
from typing import Any

from bench.rows import Figures, Row, told

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
RESULTS = ROOT / "bench" / "results"
BEGIN, END = "<!-- figures -->\n", "<!-- /figures -->\n"
NO_RUN = "No run is kept yet.\n"
WHAT = {
    "request_added_ratio": "time added to a shop's request, against a call to SALESmanago inside it",
    "request_added_ms": "the same, at the request where it is most",
    "ingest_single": "events accepted one by one, on disk",
    "ingest_lists": "events accepted in lists of 100",
    "delivery_single": "contacts sent one by one, SALESmanago answering after 50 ms",
    "delivery_single_cpu": "the same, SALESmanago taking no time",
    "import_vs_clients": "customers sent from before the integration",
    "import_vs_raw": "the same, once SALESmanago knows them",
    "contact_id_p50_ms": "from an accepted event to the contact id, half within",
    "contact_id_p99_ms": "the same, 99 of 100 within",
    "claim_million": "taking what to send next with a million waiting",
    "memory_million_mb": "memory of a process that sends them",
    "noisy_neighbours": "good stores beside a dead, a hanging and a very busy one, 99 of 100 events within",
    "two_workers": "two workers on PostgreSQL, SALESmanago answering after 50 ms",
}


def main() -> int:
    readme = README.read_text()
    README.write_text(with_figures(readme, text_of(newest(RESULTS))))
    return 0


def newest(folder: Path) -> Path | None:
    """The last whole run that is kept there."""
    return max(folder.glob("*.json"), default=None)


def with_figures(readme: str, text: str) -> str:
    """The readme with this text between the marks. Raises ValueError where it has no marks."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError("there are no marks")
    return f"{before}{BEGIN}{text}{END}{after}"


def between_marks(readme: str) -> str:
    return readme.partition(BEGIN)[2].partition(END)[0]


def text_of(run: Path | None) -> str:
    """The machine of a run, its table, and its picture."""
    if run is None:
        return NO_RUN
    content = json.loads(run.read_text())
    rows = [_line(row) for row in Figures.from_json(content).rows]
    table = ["| Figure | What | Measured | Against | Ratio | Goal |", "|---|---|---|---|---|---|", *rows]
    picture = f"![Each figure, in times of its goal](bench/results/{run.stem}.svg)"
    return "\n".join([_machine(content["machine"]), "", *table, "", picture, ""])


def _line(row: Row) -> str:
    ratio = "" if row.ratio is None else told(row.ratio)
    goal = row.shown_goal if row.goal_met else f"{row.shown_goal}, missed"
    return f"| `{row.name}` | {WHAT[row.name]} | {row.measured} | {row.against or ''} | {ratio} | {goal} |"


def _machine(machine: dict[str, Any]) -> str:
    return (
        f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_gb']:.0f} GB; 4 KiB are on disk after "
        f"{machine['fsync_ms']} ms; {machine['kernel']}, Python {machine['python']}, SQLite {machine['sqlite']}, "
        f"PostgreSQL {machine['postgresql']}; {machine['started_at'][:10]}, commit {machine['commit']}."
    )


if __name__ == "__main__":
    sys.exit(main())
