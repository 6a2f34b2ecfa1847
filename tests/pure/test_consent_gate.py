"""The gate: every combination of grounds, and which opt-in a transfer carries."""

from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from ebexo.consents.gate import Ground, OptIn, Purpose, Reason, Send, Withhold, decide, opt_in

TABLE = """
    purpose  active  erased  ignored  needs  granted  sent  out   dry   verdict
    any      no      any     any      any    any      any   any   any   integration_off

    tell     yes     yes     any      any    any      any   any   any   erased
    tell     yes     no      yes      any    any      any   any   any   ignored_domain
    tell     yes     no      no       yes    no       any   any   any   no_consent
    tell     yes     no      no       yes    yes      any   any   yes   dry_run
    tell     yes     no      no       yes    yes      any   any   no    send
    tell     yes     no      no       no     any      any   any   yes   dry_run
    tell     yes     no      no       no     any      any   any   no    send

    opt_out  yes     yes     any      any    any      any   any   any   erased
    opt_out  yes     no      any      yes    any      no    any   any   never_sent
    opt_out  yes     no      any      yes    any      yes   yes   any   already_out
    opt_out  yes     no      any      yes    any      yes   no    yes   dry_run
    opt_out  yes     no      any      yes    any      yes   no    no    send
    opt_out  yes     no      any      no     any      any   any   yes   dry_run
    opt_out  yes     no      any      no     any      any   any   no    send

    erase    yes     any     any      any    any      no    any   any   never_sent
    erase    yes     any     any      any    any      yes   any   yes   dry_run
    erase    yes     any     any      any    any      yes   any   no    send
"""
WORDS = {"any": (True, False), "yes": (True,), "no": (False,)}


def rows() -> Iterator[tuple[Purpose, Ground, str]]:
    """Every combination that the table speaks of, with what it says."""
    for line in filter(None, (line.split() for line in TABLE.split("\n")[2:])):
        purpose, *cells, verdict = line
        purposes = list(Purpose) if purpose == "any" else [Purpose(purpose)]
        for asked, (active, erased, ignored, needs, granted, sent, out, dry) in product(
            purposes, product(*(WORDS[cell] for cell in cells))
        ):
            ground = Ground(
                active=active,
                dry_run=dry,
                needs_consent=needs,
                granted=granted,
                ignored_domain=ignored,
                sent=sent,
                opted_out=out,
                erased=erased,
            )
            yield asked, ground, verdict


def test_the_gate_opens_only_where_nothing_speaks_against_it():
    decided = [decide(purpose, ground) for purpose, ground, _ in rows()]

    assert decided == [Send() if verdict == "send" else Withhold(Reason(verdict)) for _, _, verdict in rows()]


def test_the_table_has_every_combination_once():
    combinations = [(purpose, ground) for purpose, ground, _ in rows()]

    assert len(set(combinations)) == len(combinations) == len(Purpose) * 2 ** len(fields(Ground))


NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MOMENTS = {"–": None, "10": NOON - timedelta(hours=2), "11": NOON - timedelta(hours=1), "12": NOON}

OPT_INS = """
    status set   own yes   opted out   standing yes   opt-in

    –            any       –           any            in
    –            –         10          –              out
    –            –         10          10             out
    –            –         10          11             in
    –            –         11          10             out
    –            10        10          –              out
    –            10        11          –              out
    –            10        11          10             out
    –            11        10          any            in
    –            10        10          11             in
    –            12        11          any            in

    10           –         any         any            leave
    10           10        any         any            leave
    11           10        any         any            leave
    10           11        –           any            in
    10           11        10          any            in
    10           11        11          any            leave
    10           11        12          any            leave
    12           11        any         any            leave
"""


def opt_ins() -> list[tuple[tuple[datetime | None, ...], str]]:
    """What the table says, `any` being every moment."""
    found = []
    for line in filter(None, (line.split() for line in OPT_INS.split("\n")[2:])):
        *cells, says = line
        choices = [list(MOMENTS.values()) if cell == "any" else [MOMENTS[cell]] for cell in cells]
        found += [(moments, says) for moments in product(*choices)]
    return found


@pytest.mark.parametrize(("double", "yes"), [(False, OptIn.NOW), (True, OptIn.ONCE_CONFIRMED)])
def test_a_status_stands_unless_the_person_said_yes_later(double, yes):
    verdicts = {"in": yes, "leave": OptIn.LEAVE, "out": OptIn.OUT}

    decided = [
        opt_in(
            double=double,
            status_since=status_since,
            own_yes_at=own_yes_at,
            opted_out_at=opted_out_at,
            standing_yes_at=standing_yes_at,
        )
        for (status_since, own_yes_at, opted_out_at, standing_yes_at), _ in opt_ins()
    ]

    assert decided == [verdicts[says] for _, says in opt_ins()]


def test_no_combination_of_moments_is_decided_twice_in_two_ways():
    told: dict[tuple[datetime | None, ...], str] = {}

    for moments, says in opt_ins():
        assert told.setdefault(moments, says) == says
