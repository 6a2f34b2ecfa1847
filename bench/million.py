"""What a million waiting messages cost: `python -m bench.million`, see `bench/README.md`.

One installation is filled with so many, and one with a thousand. How long a claim takes is measured in turns in both;
then what a process has resident that sends from them.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile

from bench.rows import Figures, parser, row, spread, tell
from bench.vendor import vendor_at

FEW = 1_000


def main() -> None:
    options = parser("bench.million", __doc__)
    options.add_argument("--rows", type=int, default=1_000_000, help="messages that wait")
    options.add_argument("--rounds", type=int, default=5, help="of claims")
    options.add_argument("--seconds", type=float, default=20, help="for which is sent")
    chosen = options.parse_args()
    tell(figures(chosen), chosen)


def figures(options: argparse.Namespace) -> Figures:
    """`claim_million` and `memory_million_mb`."""
    with (
        tempfile.TemporaryDirectory(prefix="ebexo-bench-") as few,
        tempfile.TemporaryDirectory(prefix="ebexo-bench-") as many,
        vendor_at(20) as url,
    ):
        fill(few, FEW, url)
        fill(many, options.rows, url)
        claims = [(claim(few), claim(many)) for _ in range(options.rounds)]
        memory = {folder: drain(folder, seconds=options.seconds) for folder in (few, many)}
    of_few, of_many = [one for one, _ in claims], [one for _, one in claims]
    ratios = [more / less for less, more in claims]
    return Figures(
        [
            row(
                "claim_million",
                statistics.median(of_many),
                "ms",
                against=f"with {FEW:,} waiting: {statistics.median(of_few):.2f} ms",
                ratio=statistics.median(ratios),
            ),
            row(
                "memory_million_mb",
                memory[many],
                "MB",
                against=f"with {FEW:,} waiting: {memory[few]:.0f} MB",
                ratio=memory[many] / memory[few],
            ),
        ],
        {
            "claim_million": f"{options.rounds} rounds of 60 claims of four, {options.rows:,} waiting; ratio "
            f"{spread(ratios)}; {spread(of_many, 'ms')}; with {FEW:,} {spread(of_few, 'ms')}",
            "memory_million_mb": f"the most that the process had resident in {options.seconds:g} s of sending, "
            f"{options.rows:,} waiting; the store's limit of 10 calls a second is lifted",
        },
    )


def fill(folder: str, rows: int, url: str) -> None:
    """An installation in which so many messages wait for the far side at `url`."""
    _waiting(folder, "fill", rows, url)


def claim(folder: str) -> float:
    """The median time of a claim there, in milliseconds."""
    return float(_waiting(folder, "claim"))


def drain(folder: str, *, seconds: float) -> float:
    """Megabytes that a process has resident at most which sends from there for so long."""
    return float(_waiting(folder, "drain", seconds))


def _waiting(folder: str, *arguments: object) -> str:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("EBEXO_")}
    done = subprocess.run(  # noqa: S603  (our own program)
        [sys.executable, "-m", "bench.many_waiting", *map(str, arguments)],
        env=inherited | {"EBEXO_DATA_DIR": folder},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout


if __name__ == "__main__":
    main()
