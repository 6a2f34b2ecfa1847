"""A file of JSON objects: store events as the HTTP door takes them, or bare customers and orders."""

import json
from datetime import UTC, datetime
from io import BytesIO

import pytest

from ebexo.history.reading import Kind, Note, Problem, ProblemCode, Row, Shape, recognise, rows

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
JAN = {"email": "jan@example.com", "first_name": "Jan"}
ORDER = {"number": "1", "total": "5.00", "placed_at": "2025-11-23T10:00:00+01:00"}


def read(*lines, kind=Kind.CUSTOMERS):
    content = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines).encode()
    shape = recognise(content, kind=kind, is_whole=True)
    assert shape == Shape("ndjson", "utf-8", None, ())
    return list(rows(BytesIO(content), shape, kind=kind, now=NOW))


def test_an_event_is_taken_as_the_door_takes_it_without_its_id():
    event = {
        "id": "e-1",
        "type": "customer.registered",
        "occurred_at": "2025-11-23T10:00:00+01:00",
        "customer": JAN,
    }

    [row] = read(event)

    assert row == Row(1, {name: event[name] for name in event if name != "id"}, (), (), (json.dumps(event),))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (JAN | {"id": "7"}, {"type": "customer.updated", "customer": JAN | {"id": "7"}}),
        ({"customer": JAN}, {"type": "customer.updated", "customer": JAN}),
    ],
)
def test_a_bare_customer_is_one(line, told):
    assert [row.told for row in read(line)] == [told]


@pytest.mark.parametrize(
    ("line", "customer"),
    [
        ({**ORDER, "customer": JAN}, JAN),
        ({**ORDER, "email": "jan@example.com"}, {"email": "jan@example.com"}),
        ({"order": ORDER, "customer": JAN}, JAN),
    ],
)
def test_a_bare_order_is_one(line, customer):
    told = {"type": "order.placed", "customer": customer, "order": ORDER}

    assert [row.told for row in read(line, kind=Kind.ORDERS)] == [told]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('{"email": ', Problem("", ProblemCode.NOT_JSON)),
        ("[1]", Problem("", ProblemCode.NOT_JSON)),
        ("nie", Problem("", ProblemCode.NOT_JSON)),
        ('{"email": NaN}', Problem("", ProblemCode.NOT_JSON)),
        ({"type": "cart.product_added"}, Problem("type", ProblemCode.OTHER_KIND)),
        ({"type": "customer.erased", "customer": JAN}, Problem("type", ProblemCode.OTHER_KIND)),
        ({"type": "order.placed", "customer": JAN, "order": ORDER}, Problem("type", ProblemCode.OTHER_KIND)),
        ({"type": ["x"]}, Problem("type", ProblemCode.NOT_ON_LIST)),
        ({"imię": "Jan", **JAN}, Problem("customer.imię", ProblemCode.NO_SUCH_FIELD)),
        ({"email": "jan"}, Problem("customer.email", ProblemCode.EMAIL)),
        (
            {"email": "jan@example.com", "first_name": "\ud800"},
            Problem("customer.first_name", ProblemCode.CHARACTERS),
        ),
        (
            {"customer": JAN, "consents": [{"code": "a", "granted": True, "at": "2025-01-01 10:00"}]},
            Problem("consents.0.at", ProblemCode.OFFSET),
        ),
        ({"type": "consent.changed", "customer": JAN}, Problem("consents", ProblemCode.MISSING)),
    ],
)
def test_a_line_that_can_not_be_taken_says_why(line, problem):
    found = read(JAN, line)

    assert [(row.number, row.problems) for row in found] == [(1, ()), (2, (problem,))]
    assert found[1].told is None


def test_a_birth_date_that_can_not_be_right_is_left_out_and_blank_lines_count():
    found = read(JAN | {"birth_date": "1900-01-01"}, "", JAN | {"birth_date": "17.03.1984"})

    assert [(row.number, row.told["customer"], row.notes) for row in found] == [
        (1, JAN, (Note.BIRTH_DATE,)),
        (3, JAN | {"birth_date": "1984-03-17"}, ()),
    ]


def test_a_file_may_begin_with_a_mark_and_be_long():
    content = (
        b"\xef\xbb\xbf" + json.dumps(JAN).encode() + b"\r\n" + b'{"email": "' + b"x" * 2_000_000 + b'"}\r\n'
    )

    shape = recognise(content[:60_000], kind=Kind.CUSTOMERS, is_whole=False)
    found = list(rows(BytesIO(content), shape, kind=Kind.CUSTOMERS))

    assert [(row.number, row.problems) for row in found] == [
        (1, ()),
        (2, (Problem("", ProblemCode.LONG_ROW),)),
    ]
