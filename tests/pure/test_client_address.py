"""Where a request comes from: nobody's word counts but that of a proxy we trust."""

from ipaddress import ip_network

import pytest

from ebexo.client_address import client_address

TRUSTED = [ip_network("10.0.0.0/8"), ip_network("127.0.0.1"), ip_network("fd00::/8")]


@pytest.mark.parametrize(
    ("connected", "forwarded_for", "client"),
    [
        ("203.0.113.7", "", "203.0.113.7"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1, 10.0.0.2, 127.0.0.1", "198.51.100.1"),
        ("10.0.0.1", "10.0.0.3,10.0.0.2", "10.0.0.3"),
        ("10.0.0.1", "198.51.100.1, unknown", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1, unknown, 10.0.0.2", "10.0.0.2"),
        ("10.0.0.1", "198.51.100.1:50123", "198.51.100.1"),
        ("fd00::1", "[2001:db8::5]:50123", "2001:db8::5"),
        ("fd00::1", "2001:DB8:0::5", "2001:db8::5"),
        ("::ffff:10.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"),
        ("", "198.51.100.1", ""),
    ],
)
def test_client_is_the_last_address_that_is_no_trusted_proxy(connected, forwarded_for, client):
    found = client_address(connected=connected, forwarded_for=forwarded_for, trusted=TRUSTED)

    assert found == client


def test_without_trusted_proxies_the_header_counts_for_nothing():
    found = client_address(connected="10.0.0.1", forwarded_for="198.51.100.1", trusted=())

    assert found == "10.0.0.1"
