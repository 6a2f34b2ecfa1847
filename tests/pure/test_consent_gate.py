"""The gate: every combination of grounds, and which opt-in a transfer carries."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from ebexo.consents.gate import Ground, OptIn, Reason, Send, Withhold, decide, opt_in

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


TABLE = """
    active  ignored  granted  dry run
    no      any      any      any      integration_off
    yes     yes      any      any      ignored_domain
    yes     no       no       any      no_consent
    yes     no       yes      yes      dry_run
    yes     no       yes      no       send
"""


def rows() -> Iterator[tuple[Ground, str]]:
    """Every combination that the table speaks of, with what it says."""
    words = {"any": (True, False), "yes": (True,), "no": (False,)}
    for line in TABLE.split("\n")[2:-1]:
        *cells, verdict = line.split()
        for active, ignored, granted, dry_run in product(*(words[cell] for cell in cells)):
            yield Ground(active=active, dry_run=dry_run, granted=granted, ignored_domain=ignored), verdict


@pytest.mark.parametrize(("ground", "verdict"), list(rows()), ids=str)
def test_the_gate_opens_only_where_nothing_speaks_against_it(ground, verdict):
    assert decide(ground) == (Send() if verdict == "send" else Withhold(Reason(verdict)))


def test_the_table_has_every_combination_once():
    assert len({ground for ground, _ in rows()}) == len(list(rows())) == 16


EARLIER, LATER = NOON - SECOND, NOON + SECOND


@pytest.mark.parametrize(
    ("status_since", "own_yes_at", "immediate", "double"),
    [
        # unknown there: the mode opts in
        (None, None, OptIn.NOW, OptIn.ONCE_CONFIRMED),
        (None, NOON, OptIn.NOW, OptIn.ONCE_CONFIRMED),
        # known there: the status stands …
        (NOON, None, OptIn.LEAVE, OptIn.LEAVE),
        (NOON, EARLIER, OptIn.LEAVE, OptIn.LEAVE),
        (NOON, NOON, OptIn.LEAVE, OptIn.LEAVE),
        # … unless the person said yes after it was set
        (NOON, LATER, OptIn.NOW, OptIn.ONCE_CONFIRMED),
    ],
)
def test_a_status_stands_unless_the_person_said_yes_later(status_since, own_yes_at, immediate, double):
    assert opt_in(double=False, status_since=status_since, own_yes_at=own_yes_at) == immediate
    assert opt_in(double=True, status_since=status_since, own_yes_at=own_yes_at) == double
