"""What people and their programs write into cells, and what it means."""

from zoneinfo import ZoneInfo

import pytest

from ebexo.history.reading.values import answer, could_be_thousands, currency_in, moment, number, phone, tidy

WARSAW = ZoneInfo("Europe/Warsaw")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1 299,00 zł", "1299.00"),
        ("1\u00a0299,00\u00a0zł", "1299.00"),
        ("1\u202f299,00", "1299.00"),
        ("1.299,00", "1299.00"),
        ("1,299.00", "1299.00"),
        ("1.234.567,89", "1234567.89"),
        ("1 234 567", "1234567"),
        ("1'299.00", "1299.00"),
        ("1299", "1299"),
        ("1299,5", "1299.5"),
        ("99.990000", "99.990000"),
        ("PLN 12,00", "12.00"),
        ("12,00 zł.", "12.00"),
        ("$1,299.00", "1299.00"),
        ("-5,00", "-5.00"),
        ("0,00", "0.00"),
    ],
)
def test_an_amount_is_read_as_it_is_meant(written, meant):
    assert number(written) == meant


@pytest.mark.parametrize("written", ["", "darmo", "12,34,56", "1,2.3,4", "1299 brutto", "=SUM(A1)", "1-2"])
def test_what_is_no_amount_stays_as_it_stands(written):
    assert number(written) == written


@pytest.mark.parametrize("written", ["1,299", "1.299", "12,500 zł", "999.999"])
def test_three_places_could_be_thousands(written):
    assert could_be_thousands(written)


@pytest.mark.parametrize("written", ["1 299", "0,125", "1,299.00", "1299,000", "1,29", "1,2999", "x"])
def test_other_amounts_could_not(written):
    assert not could_be_thousands(written)


@pytest.mark.parametrize(
    ("written", "meant"),
    [("1 299,00 zł", "PLN"), ("12 EUR", "EUR"), ("€12", "EUR"), ("12", None), ("12 %", None)],
)
def test_an_amount_may_say_its_currency(written, meant):
    assert currency_in(written) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("23.11.2025", "2025-11-23T00:00:00+01:00"),
        ("23.07.2025", "2025-07-23T00:00:00+02:00"),
        ("2025-11-23", "2025-11-23T00:00:00+01:00"),
        ("2025/11/23", "2025-11-23T00:00:00+01:00"),
        ("23.11.2025 9:05", "2025-11-23T09:05:00+01:00"),
        ("23-11-2025, 09:05:07", "2025-11-23T09:05:07+01:00"),
        ("2025-11-23 10:00:05.123", "2025-11-23T10:00:05+01:00"),
        ("2025-11-23T10:00:00+02:00", "2025-11-23T10:00:00+02:00"),
        ("2025-11-23T10:00:00Z", "2025-11-23T10:00:00+00:00"),
        ("2025-11-23 10:00 -0500", "2025-11-23T10:00:00-05:00"),
        ("1732352400", "2024-11-23T09:00:00+00:00"),
    ],
)
def test_a_moment_is_read_by_the_clocks_of_the_store(written, meant):
    assert moment(written, WARSAW) == meant


@pytest.mark.parametrize("written", ["jutro", "31.02.2025", "23.11.25", "2025-13-01", "10:00", "45000"])
def test_what_is_no_moment_stays_as_it_stands(written):
    assert moment(written, WARSAW) == written


@pytest.mark.parametrize(
    ("written", "meant"),
    [("tak", True), ("TAK", True), ("1", True), ("x", True), ("nie", False), ("0", False), ("może", "może")],
)
def test_yes_and_no_are_read_in_polish_and_english(written, meant):
    assert answer(written) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("48601202303", "+48601202303"),
        ("+48601202303", "+48601202303"),
        ("601 202 303", "601 202 303"),
        ("4,86E+10", None),
        ("4.86005E+11", None),
        ("", ""),
    ],
)
def test_a_phone_gets_back_its_plus_and_a_rounded_one_is_lost(written, meant):
    assert phone(written) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (" a ", "a"),
        ("'+48601", "+48601"),
        ("'=1+1", "=1+1"),
        ("'s-Hertogenbosch", "'s-Hertogenbosch"),
        ("=1+1", "=1+1"),
    ],
)
def test_a_spreadsheets_apostrophe_is_taken_off_and_a_formula_stays_text(written, meant):
    assert tidy(written) == meant
