"""When to try again, and what a handful of results says about the far side."""

from datetime import UTC, datetime, timedelta

import pytest

from ebexo.delivery.verdict import lane_verdict
from ebexo.outbox.retry import backoff, is_expired
from ebexo.outbox.states import LaneVerdict
from salesmanago import BadCredentials, OutcomeUnknown, Refused, Throttled, Unavailable

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [
        (1, 2),
        (2, 4),
        (3, 8),
        (4, 16),
        (5, 32),
        (6, 64),
        (7, 128),
        (8, 256),
        (9, 512),
        (10, 900),
        (10_000, 900),
    ],
)
def test_the_pause_doubles_up_to_fifteen_minutes(failures, seconds):
    assert backoff(failures, chance=1.0) == timedelta(seconds=seconds)
    assert backoff(failures, chance=0.25) == timedelta(seconds=seconds / 4)
    assert backoff(failures, chance=0.0) == timedelta()


@pytest.mark.parametrize(
    ("age", "attempts", "expired"),
    [
        (timedelta(days=7), 3, True),
        (timedelta(days=7), 2, False),
        (timedelta(days=7) - timedelta(microseconds=1), 3, False),
        (timedelta(days=400), 0, False),
        (timedelta(), 1000, False),
    ],
)
def test_a_message_is_given_up_only_when_it_is_old_and_was_really_tried(age, attempts, expired):
    assert is_expired(accepted_at=NOON - age, attempts=attempts, now=NOON) is expired


WORKS = LaneVerdict(works=True)
SECRET, OWNER = BadCredentials("secret"), BadCredentials("owner")
NETWORK, GATEWAY = Unavailable("connection"), OutcomeUnknown("status")
QUARTER_OF_AN_HOUR = timedelta(minutes=15)


@pytest.mark.parametrize(
    ("errors", "verdict"),
    [
        ([], WORKS),
        ([None, None], WORKS),
        ([None, Refused()], WORKS),
        ([Refused()], WORKS),
        ([NETWORK], LaneVerdict(works=False, backoff=timedelta(seconds=4))),
        ([GATEWAY], LaneVerdict(works=False, backoff=timedelta(seconds=4))),
        ([Throttled()], LaneVerdict(works=False, backoff=timedelta(seconds=4))),
        ([None, Refused(), NETWORK], LaneVerdict(works=False, backoff=timedelta(seconds=4))),
        ([Throttled(retry_after=30.0)], LaneVerdict(works=False, backoff=timedelta(seconds=30))),
        (
            [NETWORK, Throttled(retry_after=5.0), Throttled(retry_after=30.0)],
            LaneVerdict(works=False, backoff=timedelta(seconds=30)),
        ),
        ([SECRET], LaneVerdict(works=False, backoff=QUARTER_OF_AN_HOUR, pause="secret")),
        (
            [None, Throttled(retry_after=3600.0), OWNER],
            LaneVerdict(works=False, backoff=QUARTER_OF_AN_HOUR, pause="owner"),
        ),
    ],
)
def test_the_gravest_result_decides_about_the_lane(errors, verdict):
    assert lane_verdict(errors, failures=2, chance=0.5) == verdict
