"""`ebexo doctor`: is a store's connection to SALESmanago right, and if not, what to do?"""

import json
import sys
from typing import TYPE_CHECKING

import click
from django.utils.translation import override

from ebexo.cli import EXIT_FAILED, use_tables
from ebexo.cli.stores import find_store

if TYPE_CHECKING:
    from ebexo.connection.doctor import Examination


@click.command()
@click.option("--store", "handle", required=True, metavar="STORE", help="The store to look at.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output.")
def doctor(handle: str, *, as_json: bool) -> None:
    """Check the connection of a store, step by step. Exit status 1 if anything is wrong."""
    use_tables()
    from ebexo.connection.doctor import examine

    found = find_store(handle)
    examination = examine(found.account)
    with override("en"):
        click.echo(_as_json(found.handle, examination) if as_json else _as_table(examination))
    if not examination.works:
        sys.exit(EXIT_FAILED)


def _as_json(store: str, examination: "Examination") -> str:
    steps = [
        {
            "step": step.name,
            "outcome": step.outcome,
            "problem": step.problem,
            "sentence": str(step.sentence),
        }
        for step in examination.steps
    ]
    return json.dumps({"store": store, "ok": examination.works, "steps": steps}, ensure_ascii=False)


def _as_table(examination: "Examination") -> str:
    from ebexo.connection.sentences.checking import STEPS

    lines = [(step.outcome, str(STEPS[step.name]), str(step.sentence)) for step in examination.steps]
    width = max(len(label) for _outcome, label, _sentence in lines)
    return "\n".join(f"{outcome:<7}  {label:<{width}}  {sentence}" for outcome, label, sentence in lines)
