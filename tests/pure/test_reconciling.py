"""Comparing the shop's own orders with what is known of them: exact sums, whole days, readable tables."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from ebexo.reconciliation.comparing import Known, Ordered, Standing, Sum, compare, day_of, lines
from ebexo.reconciliation.reading_csv import BadRow, UnreadableTable, read_table

WARSAW = ZoneInfo("Europe/Warsaw")
HEAD = "number,total,currency,placed_at\n"


def _order(number: str, total: str = "10.00", currency: str = "PLN") -> Ordered:
    return Ordered(number, Decimal(total), currency)


def test_order_nobody_ever_told_is_missing() -> None:
    known = {"1": Known(Standing.ACKNOWLEDGED, amount=Decimal("10.00"))}

    compared = compare([_order("1"), _order("2")], known)

    assert [one.known.standing for one in compared] == [Standing.ACKNOWLEDGED, Standing.MISSING]


def test_orders_are_summed_exactly_by_currency_and_standing() -> None:
    known = {
        "1": Known(Standing.ACKNOWLEDGED, amount=Decimal("0.10")),
        "2": Known(Standing.ACKNOWLEDGED, amount=Decimal("0.20")),
        "3": Known(Standing.WITHHELD),
    }
    orders = [_order("1", "0.10"), _order("2", "0.20"), _order("3", "0.30"), _order("4", "5", "EUR")]

    euro, zloty = lines(compare(orders, known))

    assert (euro.currency, euro.own, euro.told) == ("EUR", Sum(1, Decimal(5)), Sum())
    assert (zloty.currency, zloty.own, zloty.told) == (
        "PLN",
        Sum(3, Decimal("0.60")),
        Sum(3, Decimal("0.60")),
    )
    assert zloty.by_standing == {
        Standing.ACKNOWLEDGED: Sum(2, Decimal("0.30")),
        Standing.WAITING: Sum(),
        Standing.WITHHELD: Sum(1, Decimal("0.30")),
        Standing.FAILED: Sum(),
        Standing.MISSING: Sum(),
    }
    assert (zloty.is_complete, euro.is_complete) == (True, False)


@pytest.mark.parametrize(
    ("total", "told", "differs"),
    [
        ("298.98", "298.98", False),
        ("298.980", "298.98", False),
        ("298.98", "298.99", True),
        ("0", "0.00", False),
    ],
)
def test_amount_that_salesmanago_has_otherwise_is_noticed(total: str, told: str, *, differs: bool) -> None:
    (one,) = compare([_order("1", total)], {"1": Known(Standing.ACKNOWLEDGED, amount=Decimal(told))})

    assert one.differs is differs
    assert lines([one])[0].is_complete is not differs


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 11, 22, 22, 59, tzinfo=UTC), date(2026, 11, 22)),
        (datetime(2026, 11, 22, 23, 0, tzinfo=UTC), date(2026, 11, 23)),
        (datetime(2026, 6, 30, 22, 0, tzinfo=UTC), date(2026, 7, 1)),
    ],
)
def test_day_is_that_of_the_store(moment: datetime, day: date) -> None:
    assert day_of(moment, WARSAW) == day


@pytest.mark.parametrize(
    "table",
    [
        "number,total,currency,placed_at\n1042,298.98,PLN,2026-11-22T10:00:00+01:00\n",
        "\ufeffnumber;total;currency;placed_at\r\n1042;298,98;pln;2026-11-22 10:00:00\r\n",
        'Placed_At,extra,number,currency,total\n2026-11-22T09:00Z,x,1042,PLN,"298.98"\n',
    ],
)
def test_table_is_read_as_shops_and_spreadsheets_write_it(table: str) -> None:
    days = read_table(table.encode(), zone=WARSAW)

    ((day, (order,)),) = days.items()
    assert day == date(2026, 11, 22)
    assert (order.number, order.total, order.currency) == ("1042", Decimal("298.98"), "PLN")
    assert order.placed_at == datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (",1.00,PLN,2026-11-22", "number"),
        (f"{'9' * 256},1.00,PLN,2026-11-22", "number"),
        ("1,one,PLN,2026-11-22", "total"),
        ("1,NaN,PLN,2026-11-22", "total"),
        ("1,-1.00,PLN,2026-11-22", "total"),
        ("1,1e14,PLN,2026-11-22", "total"),
        ("1,1.00,ZLOTY,2026-11-22", "currency"),
        ("1,1.00,,2026-11-22", "currency"),
        ("1,1.00,PLN,yesterday", "placed_at"),
        ("1,1.00,PLN,0001-01-01", "placed_at"),
        ("1,1.00,PLN,", "placed_at"),
        ("1,1.00", "currency"),
    ],
)
def test_line_that_cannot_be_read_is_named_and_nothing_is_kept(row: str, problem: str) -> None:
    with pytest.raises(UnreadableTable) as refused:
        read_table(f"{HEAD}7,1.00,PLN,2026-11-22\n{row}\n".encode(), zone=WARSAW)

    assert (refused.value.problem, refused.value.rows) == ("rows", (BadRow(3, problem),))


def test_order_that_stands_there_twice_is_named() -> None:
    row = "1,1.00,PLN,2026-11-22\n"

    with pytest.raises(UnreadableTable) as refused:
        read_table(f"{HEAD}{row}{row}".encode(), zone=WARSAW)

    assert refused.value.rows == (BadRow(3, "twice"),)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "columns"),
        (b"number,total\n1,2\n", "columns"),
        (HEAD.encode(), "empty"),
        ("number,total,currency,placed_at\n1042,ł".encode("cp1250"), "not_utf8"),
        (HEAD.encode() + b'1,"1.00,PLN,2026-11-22\n', "no_table"),
        (HEAD.encode() + b"1,\x00,PLN,2026-11-22\n", "no_table"),
    ],
)
def test_file_that_is_no_such_table_is_refused(data: bytes, problem: str) -> None:
    with pytest.raises(UnreadableTable) as refused:
        read_table(data, zone=WARSAW)

    assert refused.value.problem == problem
