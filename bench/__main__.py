"""Every figure beside what it is compared with, in one run: `python -m bench`, see `bench/README.md`.

The parts run one after the other, each in a process of its own. A whole run is kept in `bench/results`: the figures
with the machine as JSON, and a picture of them. One of a few figures only, or a quick one, is not kept unless
`--results` says where. The exit status is 1 where something could not be measured.
"""

import argparse
import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from bench import machine
from bench.parts import parts_for
from bench.picture import picture
from bench.rows import GOALS, Figures, Row
from bench.running import measured
from bench.table import notes, table

RESULTS = Path(__file__).resolve().parent / "results"
NARROWEST = 110
"""Columns where there is no terminal to ask."""


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    started, now = time.monotonic(), datetime.now(UTC)
    console = Console() if sys.stdout.isatty() else Console(width=NARROWEST)
    here = machine.described(now=now)
    figures = _measure(options, console)
    content = {
        "machine": machine.as_json(here, seconds=time.monotonic() - started),
        **figures.as_json(),
    }
    console.print(table(figures.rows), notes(figures))
    folder = options.results or (None if options.quick or options.only else RESULTS)
    if folder:
        written = keep(content, figures, folder=folder, now=now)
        console.print(f"Kept in {written.name}, with a picture beside it.")
    return 1 if any(row.value is None for row in figures.rows) else 0


def keep(content: dict[str, Any], figures: Figures, *, folder: Path, now: datetime) -> Path:
    """The file of a run; its picture has the same name and ends in `.svg`."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{now.astimezone(UTC):%Y%m%dT%H%M%S}.json"
    file.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")
    file.with_suffix(".svg").write_text(picture(figures.rows, caption=_caption(content["machine"])))
    return file


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    made.add_argument("--only", nargs="+", choices=GOALS, default=[], metavar="NAME", help="of these figures")
    made.add_argument("--quick", action="store_true", help="only whether it works; the figures mean little")
    made.add_argument("--results", type=Path, metavar="FOLDER", help="keep the run there")
    return made


def _measure(options: argparse.Namespace, console: Console) -> Figures:
    parts, started = parts_for(options.only), time.monotonic()
    rows, said = list[Row](), dict[str, str]()
    for number, part in enumerate(parts, 1):
        so_far = time.monotonic() - started
        about = "a quick run" if options.quick else f"about {part.seconds} s"
        console.print(f"{number} of {len(parts)}  {', '.join(part.names)}: {about}; {so_far:.0f} s so far")
        begun = time.monotonic()
        found = measured(part, quick=options.quick)
        rows += found.rows
        said |= found.notes
        failed = next((found.notes[row.name] for row in found.rows if row.value is None), None)
        console.print(f"        {failed or 'measured'}, {time.monotonic() - begun:.0f} s", markup=False)
    names = options.only or list(GOALS)
    rows = sorted((row for row in rows if row.name in names), key=lambda row: list(GOALS).index(row.name))
    return Figures(rows, {row.name: said[row.name] for row in rows if row.name in said})


def _caption(described: dict[str, Any]) -> str:
    cpu, cores, commit = (described[name] for name in ("cpu", "cores", "commit"))
    return f"{cpu}, {cores} cores; commit {commit}; {described['started_at'][:10]}"


if __name__ == "__main__":
    sys.exit(main())
