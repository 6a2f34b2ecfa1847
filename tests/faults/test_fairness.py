"""Stores in trouble beside others, measured: a small version of `python -m bench.engine`."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from bench.engine import Plan, claims, fairness


@pytest.mark.long
def test_good_stores_hardly_notice_three_in_trouble():
    """Measured on an idle machine the ratio is far lower; here others may be at work beside us."""
    with ThreadPoolExecutor(1) as away_from_the_browser:  # whose event loop this thread may have
        alone, beside = away_from_the_browser.submit(fairness, Plan(12, 3000, seconds=8, rate=8)).result()

    assert min(alone.events, beside.events) >= 20
    assert beside.p50 <= 3 * alone.p50 + 300


def test_a_claim_does_not_grow_with_what_waits():
    few, many = claims(1_000), claims(100_000)

    assert many <= 2 * few + 20  # milliseconds
