"""Masks and keyed hashes: enough to recognise somebody, too little to write to them."""

import pytest

from ebexo.contacts.hashes import masked_email, person_hash
from ebexo.secrets import keyed_hash


@pytest.mark.parametrize(
    ("email", "masked"),
    [
        ("jan.kowalski@example.com", "j…i@e…e.com"),
        ("jan@example.com.pl", "j…n@e…m.pl"),
        ("jk@ex.pl", "…@….pl"),
        ("j@x.pl", "…@….pl"),
        ("łukasz@żabka.example", "ł…z@ż…a.example"),
    ],
)
def test_a_mask_shows_the_ends_only(email, masked):
    assert masked_email(email) == masked


def test_the_longest_address_has_a_mask_that_fits():
    email = f"{'a' * 64}@{'b' * 63}.{'c' * 63}"

    assert len(masked_email(email)) <= 80


def test_an_address_is_recognised_in_any_case_and_a_customer_id_in_its_own():
    assert person_hash("email", "Jan@Example.com") == person_hash("email", "jan@example.com")
    assert person_hash("customer", "A1") != person_hash("customer", "a1")


def test_one_value_has_another_hash_for_every_purpose():
    hashes = {person_hash("email", "x"), person_hash("customer", "x"), keyed_hash("payload", "x")}

    assert sorted(map(len, hashes)) == [64, 64, 64]
