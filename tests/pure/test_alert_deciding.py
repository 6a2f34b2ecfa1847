"""Which troubles the owners of a store are told about, and when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ebexo.operations.alerts.deciding import Decision, Kind, Seen, Standing, decide, patience

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
AFTER = timedelta(minutes=30)
A_SECOND = timedelta(seconds=1)
REFUSED, STUCK, FAILING = Kind.REFUSED, Kind.STUCK, Kind.FAILING


def minutes(number):
    return timedelta(minutes=number)


def only(*kinds):
    return frozenset(kinds)


def decided(seen, **standing):
    """`refused=Standing(…)` and so on are known to go on."""
    return decide(seen, {Kind(name): known for name, known in standing.items()}, after=AFTER)


def since(ago, *, is_told=False):
    return Standing(NOW - ago, is_told)


def test_a_store_that_works_and_a_quiet_night_need_no_letter():
    assert decided(Seen(NOW, delivered_at=NOW - A_SECOND)) == Decision()
    assert decided(Seen(NOW, delivered_at=NOW - timedelta(hours=9))) == Decision()
    assert decided(Seen(NOW)) == Decision()


@pytest.mark.parametrize(
    ("kind", "seconds"),
    [(REFUSED, 300), (STUCK, 900), (FAILING, 0)],
)
def test_each_trouble_goes_on_for_a_while_before_it_is_told(kind, seconds):
    assert patience(kind, after=AFTER) == timedelta(seconds=seconds)


# --- turned away


def test_an_account_that_is_turned_away_is_noted_at_once_and_told_after_five_minutes():
    seen = Seen(NOW, refused="secret", is_proved=False)

    assert decided(seen) == Decision(opens=only(REFUSED))
    assert decided(seen, refused=since(minutes(5) - A_SECOND)) == Decision()
    assert decided(seen, refused=since(minutes(5))) == Decision(tells=only(REFUSED))


def test_what_is_told_is_not_told_again():
    seen = Seen(NOW, refused="secret", is_proved=False)

    assert decided(seen, refused=since(timedelta(days=9), is_told=True)) == Decision()


def test_it_is_over_when_the_account_was_seen_to_be_right():
    told = since(minutes(40), is_told=True)

    over = decided(Seen(NOW), refused=told)
    saved_but_not_proved = decided(Seen(NOW, is_proved=False), refused=told)

    assert over == Decision(closes=only(REFUSED), good_news=only(REFUSED))
    assert saved_but_not_proved == Decision()


def test_it_is_not_told_while_the_probe_meets_another_fault():
    seen = Seen(NOW, refused=None, is_proved=False)

    assert decided(seen, refused=since(minutes(6))) == Decision()


def test_a_store_that_is_turned_away_is_not_stuck_besides():
    seen = Seen(NOW, refused="owner", waits_since=NOW - timedelta(hours=5), is_proved=False)

    assert decided(seen) == Decision(opens=only(REFUSED))
    assert decided(replace(seen, refused=None), refused=since(minutes(9))) == Decision()


def test_what_a_person_has_switched_off_is_over_without_good_news():
    seen = Seen(NOW, is_sending=False, refused="secret", waits_since=NOW - minutes(60), is_proved=False)
    standing = {"refused": since(minutes(40), is_told=True), "stuck": since(minutes(40), is_told=True)}

    assert decided(seen) == Decision()
    assert decided(seen, **standing) == Decision(closes=only(REFUSED, STUCK))


# --- stuck


def test_what_waits_while_nothing_arrives_is_noted_after_a_quarter_of_an_hour_and_told_after_another():
    seen = Seen(NOW, is_well=False, waits_since=NOW - minutes(15), delivered_at=NOW - minutes(15))

    assert decided(seen) == Decision(opens=only(STUCK))
    assert decided(seen, stuck=since(minutes(15) - A_SECOND)) == Decision()
    assert decided(seen, stuck=since(minutes(15))) == Decision(tells=only(STUCK))


@pytest.mark.parametrize(
    "seen",
    [
        Seen(NOW, waits_since=NOW - minutes(15) + A_SECOND),  # has not waited long
        Seen(
            NOW, waits_since=NOW - timedelta(days=1), delivered_at=NOW - minutes(15) + A_SECOND
        ),  # a backlog
    ],
)
def test_what_waits_its_turn_is_no_trouble(seen):
    assert decided(seen) == Decision()


def test_after_a_night_without_the_server_what_waited_has_time_to_leave():
    waits_since = NOW - timedelta(hours=9)

    at_the_start = decided(Seen(NOW, waits_since=waits_since, delivered_at=waits_since))
    a_minute_later = decided(Seen(NOW, delivered_at=NOW - A_SECOND), stuck=since(minutes(1)))

    assert at_the_start == Decision(opens=only(STUCK))
    assert a_minute_later == Decision(closes=only(STUCK), good_news=only(STUCK))


@pytest.mark.parametrize(
    ("seen", "is_over"),
    [
        (Seen(NOW, waits_since=NOW - minutes(50), delivered_at=NOW - A_SECOND), True),
        (Seen(NOW, waits_since=NOW - minutes(50), delivered_at=NOW - A_SECOND, is_well=False), False),
        (Seen(NOW, waits_since=NOW - minutes(50), delivered_at=NOW - minutes(50)), False),
        (Seen(NOW, waits_since=NOW - minutes(50), is_well=False), False),
        (Seen(NOW, waits_since=None, is_well=False), True),  # withheld meanwhile: nothing is owed any more
    ],
)
def test_it_goes_on_again_when_something_has_arrived_and_the_last_call_worked(seen, is_over):
    decision = decided(seen, stuck=since(minutes(45), is_told=True))

    assert decision.closes == decision.good_news == (only(STUCK) if is_over else only())


# --- failing


@pytest.mark.parametrize(
    ("failed", "ended", "opens"),
    [
        (1, 20, True),
        (1, 19, False),
        (19, 19, False),
        (20, 20, True),
        (1, 21, False),
        (5, 100, True),
        (4, 100, False),
    ],
)
def test_one_in_twenty_of_at_least_twenty_is_too_many(failed, ended, opens):
    seen = Seen(NOW, failed=failed, ended=ended, failed_at=NOW - A_SECOND, delivered_at=NOW)

    assert decided(seen).opens == (only(FAILING) if opens else only())


def test_failing_is_told_at_once_and_over_when_nothing_has_failed_for_a_day():
    seen = Seen(NOW, failed=20, ended=20, failed_at=NOW - A_SECOND)
    told = since(timedelta(days=2), is_told=True)

    assert decided(seen, failing=since(timedelta())) == Decision(tells=only(FAILING))
    assert decided(seen, failing=told) == Decision()
    assert decided(Seen(NOW, failed_at=NOW - timedelta(days=1) + A_SECOND), failing=told) == Decision()
    assert decided(Seen(NOW, failed_at=NOW - timedelta(days=1)), failing=told) == Decision(
        closes=only(FAILING)
    )


def test_failing_is_over_when_a_person_has_dealt_with_every_message():
    assert decided(Seen(NOW), failing=since(minutes(9))) == Decision(closes=only(FAILING))


def test_several_troubles_are_decided_on_together():
    seen = Seen(
        NOW,
        refused="account",
        is_proved=False,
        failed=9,
        ended=40,
        failed_at=NOW,
        waits_since=NOW - minutes(20),
    )

    decision = decided(seen, refused=since(minutes(5)), stuck=since(minutes(20)))

    assert decision == Decision(opens=only(FAILING), tells=only(REFUSED))


def test_nobody_is_told_that_it_works_again_while_it_is_stuck_again():
    seen = Seen(NOW, waits_since=NOW - minutes(20), delivered_at=NOW - minutes(20))

    assert decided(seen, stuck=since(minutes(40), is_told=True)) == Decision()
