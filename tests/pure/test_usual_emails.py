"""Addresses that are accepted without the whole check."""

import pytest
from email_validator import validate_email
from hypothesis import given
from hypothesis import strategies as st

from ebexo.events.fields import is_usual_email

ADDRESSES = st.from_regex(
    r"\A[a-zA-Z0-9._+-]{1,20}@([a-zA-Z0-9-]{1,10}\.){1,3}(com|pl|test|local|arpa|invalid|xn--a|[a-z0-9]{1,4})\Z"
)


@given(ADDRESSES)
def test_what_is_taken_for_a_usual_address_passes_the_whole_check(address):
    if is_usual_email(address):
        validate_email(address, check_deliverability=False, test_environment=True)


@pytest.mark.parametrize(
    ("address", "is_usual"),
    [
        ("jan.kowalski@example.com", True),
        ("Jan_K+news-1@poczta.sklep-meblowy.com.pl", True),
        ("jan..k@example.com", False),
        ("jan@localhost", False),
        ("jan@shop.local", False),
        ("jan@xn--d-maa.pl", False),
        ("jań@example.com", False),
        ("jan@example.com\n", False),
        ("a" * 60 + "@example.com", False),
    ],
)
def test_only_short_and_plain_addresses_are_usual(address, is_usual):
    assert is_usual_email(address) is is_usual
