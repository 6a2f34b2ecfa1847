"""`python -m bench.chaos [--seconds 300] [--database postgresql]`: nothing accepted is lost, repeated or out of order.

Exit status 1 if anything was. With `--keep` the data directory and the logs stay where the first line says.
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from bench.chaos.run import Plan, run


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.chaos", description=__doc__)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--stores", type=int, default=6)
    parser.add_argument("--persons", type=int, default=30, help="of each store")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--keep", action="store_true", help="keep the data directory and the logs")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="ebexo-chaos-"))
    plan = Plan(
        options.seconds,
        seed=options.seed,
        stores=options.stores,
        persons=options.persons,
        database=options.database,
    )
    print(f"Seed {plan.seed}, {plan.seconds:g} s, in {folder}", flush=True)
    report = run(plan, folder=folder, say=lambda text: print(text, flush=True))
    for name in ("lost", "out_of_order", "stale", "duplicates", "impossible"):
        for text in getattr(report.findings, name)[:20]:
            print(f"{name.replace('_', ' ')}: {text}")
    for text in report.refused[:5]:
        print(f"refused: {text}")
    if report.left:
        print(f"not delivered: {report.left}")
    print(report.line())
    if options.keep:
        print(f"Kept in {folder}")
    else:
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(0 if report.is_good else 1)


if __name__ == "__main__":
    main()
