"""Whether a callback is SALESmanago's, whichever way it writes the address."""

import hashlib
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebexo.callbacks.verification import verified_email

CONSTANT = "cbSecret16chars0"
JAN = "jan.kowalski@example.com"
TAGGED = "jan+sklep@example.com"


def key_of(email: str, constant: str = CONSTANT) -> str:
    return hashlib.sha1((email + constant).encode()).hexdigest()


def test_the_key_of_the_documented_example_is_right():
    key = "2c92e3c0f58b80fec9c8505d29ad05e0a07d0945"
    assert key_of(JAN) == key

    assert verified_email(f"email={JAN}&key={key}", constant=CONSTANT) == JAN


@pytest.mark.parametrize(
    ("written", "email"),
    [
        (JAN, JAN),
        (quote(JAN), JAN),
        (TAGGED, TAGGED),
        (quote(TAGGED), TAGGED),
        (quote(TAGGED, safe="@"), TAGGED),
        (TAGGED.replace("+", "%2b"), TAGGED),
        ("a&b=c@example.com", "a&b=c@example.com"),
        (quote("a&b=c@example.com"), "a&b=c@example.com"),
        ("100%25@example.com", "100%@example.com"),
        ("100%25@example.com", "100%25@example.com"),
        (quote("żółw@example.com"), "żółw@example.com"),
        ("żółw@example.com", "żółw@example.com"),
        (quote_plus("a b@example.com"), "a b@example.com"),
    ],
)
def test_an_address_is_understood_raw_and_encoded(written, email):
    assert verified_email(f"email={written}&key={key_of(email)}", constant=CONSTANT) == email


@pytest.mark.parametrize(
    "query",
    [
        f"email={JAN}&key={key_of(JAN).upper()}",
        f"key={key_of(JAN)}&email={JAN}",
        f"email={JAN}&more=1&key={key_of(JAN)}&more=2",
        f"email=JAN.Kowalski@Example.com&key={key_of('JAN.Kowalski@Example.com')}",
        f"email=JAN.Kowalski@Example.com&key={key_of(JAN)}",
    ],
)
def test_case_and_order_do_not_matter(query):
    assert verified_email(query, constant=CONSTANT) == JAN


@pytest.mark.parametrize(
    "query",
    [
        "",
        "email",
        "key",
        "&&==",
        f"email={JAN}",
        f"email={JAN}&key=",
        f"key={key_of(JAN)}",
        f"key={key_of('')}&email=other",
        f"email={JAN}&key={key_of('other@example.com')}",
        f"email={JAN}&key={key_of(JAN, 'anotherConstant0')}",
        f"email={JAN}&key={key_of(JAN)}0",
        f"email={JAN}&key={key_of(JAN)[:-1]}",
        f"email={JAN}&key={key_of(JAN)}%00",
        f"mail={JAN}&key={key_of(JAN)}",
        f"email=jan%00@example.com&key={key_of('jan' + chr(0) + '@example.com')}",
        f"email={'x' * 400}&key={key_of('x' * 400)}",
        "email=%ff%fe&key=żółć",
    ],
)
def test_without_the_right_key_nobody_is_meant(query):
    assert verified_email(query, constant=CONSTANT) is None


@given(st.text(max_size=300))
def test_no_query_breaks_it(query):
    assert verified_email(query, constant=CONSTANT) is None


@given(st.emails())
def test_every_address_is_known_again_encoded_and_raw(email):
    for written in (quote(email, safe="@"), quote(email, safe="@+&=?/%!$'*,;:()")):
        found = verified_email(f"email={written}&key={key_of(email)}", constant=CONSTANT)

        assert found == email.lower()
