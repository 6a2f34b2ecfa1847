"""The page of the audit log names every action and every actor, and none besides."""

import re
from pathlib import Path

from ebexo.audit.acting import ActorKind
from ebexo.audit.actions import Action

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "audit-log.md").read_text()


def _rows(heading: str) -> list[list[str]]:
    table = PAGE.split(heading)[1].split("\n\n")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]


def test_every_action_is_documented_once() -> None:
    documented = [
        name for row in _rows("| Action | Object | When |") for name in re.findall(r"`(\w+)`", row[0])
    ]

    assert sorted(documented) == sorted(Action)


def test_every_kind_of_actor_is_documented() -> None:
    documented = [row[1].strip("`") for row in _rows("| Who | `actor_kind` | `actor` |")]

    assert sorted(documented) == sorted(ActorKind)
