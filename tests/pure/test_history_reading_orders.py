"""A file of orders: one row for each item, and what its status means."""

from datetime import UTC, datetime
from io import BytesIO

import pytest

from ebexo.history.reading import Kind, Note, Problem, ProblemCode, Row, recognise, rows

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
PLAIN = "numer zamówienia;data;e-mail;kwota;waluta;status\n"


def read(text: str):
    content = text.encode()
    shape = recognise(content, kind=Kind.ORDERS, is_whole=True)
    return list(rows(BytesIO(content), shape, kind=Kind.ORDERS, now=NOW))


def placed(event_type="order.placed", **order):
    moment = "2025-11-23T10:00:00+01:00"
    facts = {"number": "1042", "placed_at": moment, "total": "1299.00", "currency": "PLN", "items": []}
    return {
        "type": event_type,
        "customer": {"email": "a@example.com"},
        "order": {**facts, **order},
        "occurred_at": moment,
    }


def test_an_order_stands_on_as_many_rows_as_it_has_items():
    found = read(
        "nr zamówienia;data;e-mail;suma;waluta;metoda płatności;dostawa;kody rabatowe;"
        "id produktu;sku;nazwa;ilość;cena\n"
        "1042;23.11.2025 10:00;a@example.com;1 299,00 zł;;przelew;kurier;A,B;P-1;S-1;Krzesło;2;99,99\n"
        "1042;23.11.2025 10:00;a@example.com;1 299,00 zł;;przelew;kurier;A,B;;S-2;Stół;1,5;1 099,02\n"
        ";;;;;;;;P-3;;Wazon;;\n"
        "1043;23.11.2025 10:00;a@example.com;0;pln;;;;;;;;\n"
    )

    whole = placed(
        payment_method="przelew",
        shipping_method="kurier",
        discount_codes=["A", "B"],
        items=[
            {"product_id": "P-1", "sku": "S-1", "name": "Krzesło", "quantity": "2", "unit_price": "99.99"},
            {"product_id": "S-2", "sku": "S-2", "name": "Stół", "quantity": "1.5", "unit_price": "1099.02"},
            {"product_id": "P-3", "name": "Wazon"},
        ],
    )
    cells = "1042;23.11.2025 10:00;a@example.com;1 299,00 zł;;przelew;kurier;A,B;P-1;S-1;Krzesło;2;99,99"
    bare = placed(number="1043", total="0", currency="pln")
    assert found == [
        Row(2, whole, (), (), tuple(cells.split(";"))),
        Row(5, bare, (), (), ("1043", "23.11.2025 10:00", "a@example.com", "0", "pln", *[""] * 8)),
    ]


@pytest.mark.parametrize(
    ("status", "event_type", "notes"),
    [
        ("", "order.placed", ()),
        ("Nowe", "order.placed", ()),
        ("W realizacji", "order.placed", ()),
        ("opłacone", "order.paid", ()),
        ("wc-completed", "order.paid", ()),
        ("Dostarczone", "order.paid", ()),
        ("ANULOWANE", "order.cancelled", ()),
        ("canceled", "order.cancelled", ()),
        ("u wróżki", "order.placed", (Note.STATUS,)),
    ],
)
def test_the_status_says_what_the_order_is_told_as(status, event_type, notes):
    [row] = read(f"{PLAIN}1042;23.11.2025 10:00;a@example.com;1299,00;PLN;{status}\n")

    assert (row.told, row.problems, row.notes) == (placed(event_type), (), notes)


def test_a_returned_order_has_its_own_number_as_that_of_the_return():
    [row] = read(f"{PLAIN}1042;23.11.2025 10:00;a@example.com;1299,00;PLN;zwrócone\n")

    assert row.told == placed("order.returned", return_number="1042")


def test_what_came_after_the_purchase_has_a_moment_of_its_own():
    text = (
        "numer;data;e-mail;kwota;waluta;status;data statusu\n1042;23.11.2025 10:00;a@example.com;1299,00;PLN;"
    )

    [cancelled] = read(f"{text}anulowane;25.11.2025\n")
    [paid] = read(f"{text}opłacone;25.11.2025\n")

    assert cancelled.told == {**placed("order.cancelled"), "occurred_at": "2025-11-25T00:00:00+01:00"}
    assert paid.told == placed("order.paid")


@pytest.mark.parametrize(
    ("row", "problems"),
    [
        (";23.11.2025;a@example.com;1;PLN;", [("numer zamówienia", ProblemCode.MISSING)]),
        ("1;jutro;a@example.com;1;PLN;", [("data", ProblemCode.MOMENT)]),
        ("1;23.11.2027;a@example.com;1;PLN;", [("data", ProblemCode.AHEAD)]),
        ("1;23.11.2025;;1;PLN;", [("e-mail", ProblemCode.MISSING)]),
        ("1;23.11.2025;a@example.com;;PLN;", [("kwota", ProblemCode.MISSING)]),
        ("1;23.11.2025;a@example.com;-1;PLN;", [("kwota", ProblemCode.AMOUNT)]),
        ("1;23.11.2025;a@example.com;1,299;PLN;", [("kwota", ProblemCode.AMBIGUOUS_AMOUNT)]),
        ("1;23.11.2025;a@example.com;1;złotych;", [("waluta", ProblemCode.CURRENCY)]),
        (
            "1;23.11.2025;nikt;darmo;PLN;",
            [("e-mail", ProblemCode.EMAIL), ("kwota", ProblemCode.AMOUNT)],
        ),
    ],
)
def test_a_problem_names_the_column_as_the_file_does(row, problems):
    [found] = read(f"{PLAIN}{row}\n")

    assert found.told is None
    assert found.problems == tuple(Problem(field, code) for field, code in problems)


def test_a_problem_of_an_item_spoils_the_whole_order():
    found = read(
        "numer;e-mail;kwota;sku;ilość;cena\n1;a@example.com;5,00;A;1;1,00\n1;a@example.com;5,00;B,C;0;x\n2;a@example.com;5,00;D;;\n"
    )

    assert [(row.number, row.problems) for row in found] == [
        (
            2,
            (
                Problem("sku", ProblemCode.COMMA),
                Problem("ilość", ProblemCode.QUANTITY),
                Problem("cena", ProblemCode.AMOUNT),
            ),
        ),
        (4, ()),
    ]


def test_an_order_of_more_items_than_an_event_takes_is_one_problem():
    found = read("numer;e-mail;kwota;sku\n" + "1;a@example.com;5;A\n" * 5000)

    assert [(row.number, row.problems) for row in found] == [
        (2, (Problem("order.items", ProblemCode.TOO_MANY),))
    ]
