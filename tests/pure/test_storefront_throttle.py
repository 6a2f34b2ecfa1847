"""Nobody hammers the database, and nobody else pays for those who try."""

from ipaddress import ip_network

import pytest

from ebexo.storefront.remote.throttle import Throttle, network_of


def test_a_burst_passes_and_then_the_rate_holds():
    throttle = Throttle(rate=2, burst=3)

    at_once = [throttle.seconds_to_wait("a", now=10.0) for _ in range(5)]
    later = [throttle.seconds_to_wait("a", now=10.5) for _ in range(2)]

    assert (at_once, later) == ([0.0, 0.0, 0.0, 0.5, 0.5], [0.0, 0.5])


def test_one_key_does_not_use_up_what_another_has():
    throttle = Throttle(rate=1, burst=1)
    throttle.seconds_to_wait("a", now=0.0)

    assert [throttle.seconds_to_wait(key, now=0.0) for key in ("a", "b")] == [1.0, 0.0]


def test_a_bucket_holds_no_more_than_its_burst():
    throttle = Throttle(rate=1, burst=2)
    throttle.seconds_to_wait("a", now=0.0)

    assert [throttle.seconds_to_wait("a", now=1000.0) for _ in range(3)] == [0.0, 0.0, 1.0]


def test_invented_keys_do_not_fill_the_memory():
    throttle = Throttle(rate=1, burst=1, size=2)

    for key in ("a", "b", "c"):
        throttle.seconds_to_wait(key, now=0.0)

    assert [throttle.seconds_to_wait(key, now=0.0) for key in ("c", "a")] == [1.0, 0.0]


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("8.8.4.4", "8.8.4.4"),
        ("2001:4860:4860:1:2:3:4:5", "2001:4860:4860:1::/64"),
        ("93.184.215.14", None),
        ("127.0.0.1", None),
        ("10.0.0.7", None),
        ("::1", None),
        ("", None),
        ("localhost", None),
    ],
)
def test_visitors_are_told_apart_by_address_unless_a_proxy_of_ours_stands_before_them(address, network):
    assert network_of(address, proxies=[ip_network("93.184.215.0/24")]) == network
