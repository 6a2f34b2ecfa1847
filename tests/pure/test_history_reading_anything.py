"""Whatever a file holds: what was written is read back the same, and nothing is raised but a refusal."""

import csv
import io
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from typing import BinaryIO, cast

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ebexo.history.reading import Kind, NotReadable, Row, Shape, recognise, rows

POLISH = "aąbcćdeęłńóśźżAĄĆĘŁŃÓŚŹŻ 019.-'\"@;,|\t\n="
CELLS = st.text(POLISH, max_size=12)
SEPARATORS = st.sampled_from([";", ",", "\t", "|"])
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "windows-1250", "iso-8859-2"])
KINDS = st.sampled_from(list(Kind))


@given(
    table=st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=8),
    separator=SEPARATORS,
    encoding=ENCODINGS,
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    end=st.sampled_from(["\r\n", "\n"]),
)
def test_what_was_written_is_read_back_the_same(table, separator, encoding, quoting, end):
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, quoting=quoting, lineterminator=end)
    writer.writerows([("e-mail", "imię", "uwagi"), ("a@example.com", "Zażółć gęślą jaźń", "ĄŚŹ"), *table])
    content = text.getvalue().encode(encoding)

    shape = recognise(content, kind=Kind.CUSTOMERS, is_whole=True)
    found = [row.cells for row in rows(io.BytesIO(content), shape, kind=Kind.CUSTOMERS)]

    written = {"utf-8-sig": "utf-8"}.get(encoding, encoding)
    assert (shape.encoding, shape.separator) == (written, separator)
    assert found[1:] == [cells for cells in table if any(cell.strip() for cell in cells)]


WORDS = (
    *(
        "e-mail",
        "numer",
        "kwota",
        "data",
        "zgoda:a",
        "zgoda:a:data",
        "ilość",
        "sku",
        "a@example.com",
        "sep=;",
    ),
    *(
        ";",
        ",",
        "\n",
        "\r",
        '"',
        '""',
        " ",
        "\0",
        "1E999",
        "1",
        "x",
        "-",
        "9" * 30,
        "31.12.9999",
        "0001-01-01",
        "{",
        "}",
    ),
    *(
        "{}\n",
        '{"email": "a@example.com"}\n',
        '{"type": "order.placed", "order": {"number": 1, "total": 1e400}}\n',
    ),
)
LOOKS_LIKE_A_FILE = st.lists(st.sampled_from(WORDS), max_size=60).map("".join)


@given(text=st.one_of(LOOKS_LIKE_A_FILE, st.text()), encoding=ENCODINGS, kind=KINDS, is_whole=st.booleans())
@example(
    text="e-mail;zgoda:a;zgoda:a:data\na@example.com;1;9999-12-31T23:59-23:59\n",
    encoding="utf-8",
    kind=Kind.CUSTOMERS,
    is_whole=True,
)
@example(
    text="e-mail;numer;kwota\na@example.com;1;1\n;;\n", encoding="utf-8", kind=Kind.ORDERS, is_whole=True
)
@settings(max_examples=300)
def test_no_text_makes_it_raise_anything_but_a_refusal(text, encoding, kind, is_whole):
    read_all(text.encode(encoding, errors="ignore"), kind=kind, is_whole=is_whole)


@given(content=st.binary(), kind=KINDS, is_whole=st.booleans())
@settings(max_examples=200)
def test_no_bytes_make_it_raise_anything_but_a_refusal(content, kind, is_whole):
    read_all(content, kind=kind, is_whole=is_whole)


@given(beginning=LOOKS_LIKE_A_FILE, rest=st.binary(), kind=KINDS)
@settings(max_examples=200)
def test_what_follows_a_good_beginning_may_be_anything(beginning, rest, kind):
    header = "e-mail;numer;kwota;zgoda:a;zgoda:a:data;ilość;sku;data\n"
    read_all((header + beginning).encode() + rest, kind=kind, is_whole=True)


def read_all(content: bytes, *, kind: Kind, is_whole: bool) -> None:
    with suppress(NotReadable):
        shape = recognise(content, kind=kind, is_whole=is_whole)
        assert isinstance(shape, Shape)
        for row in rows(io.BytesIO(content), shape, kind=kind):
            assert isinstance(row, Row)
            assert (row.told is None) == bool(row.problems)


class Endless(io.RawIOBase):
    """A file that is made while it is read, so that nobody has all of it."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self.lines, self.given = lines, 0

    def read(self, size: int = -1) -> bytes:
        some = b""
        while len(some) < size and (line := next(self.lines, None)) is not None:
            some += line
        self.given += len(some)
        return some


HEADER = "e-mail;imię;data rejestracji;zgoda:m\n".encode()
LINE = '%d@example.com;"Ła\nd";20.02.2025 11:00;tak\n'


@pytest.mark.parametrize("count", [5_000, pytest.param(100_000, marks=pytest.mark.long)])
def test_memory_does_not_grow_with_the_file(count):
    body = (LINE.replace("%d", str(number)).encode() for number in range(count))
    source = Endless(chain([HEADER], body))
    shape = recognise(HEADER + LINE.encode(), kind=Kind.CUSTOMERS, is_whole=True)
    found = rows(cast("BinaryIO", source), shape, kind=Kind.CUSTOMERS)
    seen = sum(next(found).told is not None for _ in range(100))

    tracemalloc.start()
    read_of_first = source.given
    seen += sum(row.told is not None for row in found)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert seen == count
    assert read_of_first < 200_000 < source.given
    assert peak < 2_000_000


def test_quotation_marks_that_never_close_cost_no_more_than_their_share():
    content = b"email;imie\n" + b'x"y;"z\n' * 3000

    found = list(
        rows(
            io.BytesIO(content),
            recognise(content[:2000], kind=Kind.CUSTOMERS, is_whole=False),
            kind=Kind.CUSTOMERS,
        )
    )

    assert len(found) == 3000
    assert all(row.told is None for row in found)
