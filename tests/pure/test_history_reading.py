"""A file of customers: what it is, and what each of its rows says."""

from datetime import UTC, datetime
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest

from ebexo.history.reading import (
    NOTES,
    PROBLEMS,
    Column,
    Kind,
    Note,
    NotReadable,
    Problem,
    ProblemCode,
    Row,
    Shape,
    Unreadable,
    recognise,
    rows,
)
from ebexo.history.reading.words import UNREADABLE

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def shape_of(content: bytes, *, kind=Kind.CUSTOMERS, is_whole=True, columns=None):
    return recognise(content, kind=kind, is_whole=is_whole, columns=columns)


def read(content: bytes, *, kind=Kind.CUSTOMERS, columns=None):
    shape = shape_of(content, kind=kind, columns=columns)
    return list(rows(BytesIO(content), shape, kind=kind, now=NOW))


def refusal_of(content: bytes, **changes):
    with pytest.raises(NotReadable) as refusal:
        shape_of(content, **changes)
    return refusal.value.code


def told(**customer):
    return {"type": "customer.updated", "customer": customer}


NASTY = (
    "Adres E-mail;IMIĘ;nazwisko;Tel.;ulica;Data urodzenia;uwagi;zgoda:marketing;zgoda:marketing:data\r\n"
    'Jan@Example.com;Jan;Żółć;48601202303;"ul. Lipowa\r\n7/3";17.03.1984;gość;tak;20.02.2025 11:00\r\n'
    "jan@example.com;JAN;;4,86E+10;;1900-01-01;;;\r\n"
    "\r\n"
    ";;;;;;;;\r\n"
    "ewa nowak@example.com;Ewa;;;;;;;\r\n"
    "ola@example.com, ala@example.com;Ola;;;;;;;\r\n"
    '=cmd|"/c calc"!A1;Zło;;;;;;;\r\n'
    "zofia@example.com;=1+1;'+Nowak;;;31.02.1990;;;\r\n"
    "za@example.com;mało\r\n"
    "za@example.com;dużo;;;;;;;;ogon\r\n"
    "piotr@example.com;Pi\0otr;;;;;;;\r\n"
    "iga@example.com;Iga;;;;;;może;2025-02-20\r\n"
    "ida@example.com;Ida;;;;;;tak;\r\n"
    'otwarty@example.com;"Otw;;;;;;;\r\n'
    "ostatni@example.com;Ostatni;;;;;;;"
)
HEADERS = (
    Column("Adres E-mail", "customer.email"),
    Column("IMIĘ", "customer.first_name"),
    Column("nazwisko", "customer.last_name"),
    Column("Tel.", "customer.phone"),
    Column("ulica", "customer.address.street"),
    Column("Data urodzenia", "customer.birth_date"),
    Column("uwagi", None),
    Column("zgoda:marketing", "consents.marketing"),
    Column("zgoda:marketing:data", "consents.marketing.at"),
)


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("windows-1250", "windows-1250"),
        ("iso-8859-2", "iso-8859-2"),
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
    ],
)
def test_a_nasty_file_has_an_exact_verdict_for_every_row(encoding, name):
    content = NASTY.encode(encoding)

    shape = shape_of(content)
    found = list(rows(BytesIO(content), shape, kind=Kind.CUSTOMERS, now=NOW))

    assert shape == Shape("csv", name, ";", HEADERS)
    blank = ("",) * 7
    jan = told(
        email="Jan@Example.com",
        birth_date="1984-03-17",
        first_name="Jan",
        last_name="Żółć",
        phone="+48601202303",
        address={"street": "ul. Lipowa\r\n7/3"},
    )
    consent = {"code": "marketing", "granted": True, "at": "2025-02-20T11:00:00+01:00"}
    assert found == [
        Row(
            2,
            {**jan, "consents": [consent]},
            (),
            (),
            ("Jan@Example.com", "Jan", "Żółć", "48601202303", "ul. Lipowa\r\n7/3", "17.03.1984", "gość", "tak",
             "20.02.2025 11:00"),
        ),
        Row(
            3,
            told(email="jan@example.com", first_name="JAN"),
            (),
            (Note.PHONE, Note.BIRTH_DATE),
            ("jan@example.com", "JAN", "", "4,86E+10", "", "1900-01-01", "", "", ""),
        ),
        Row(
            6,
            None,
            (Problem("Adres E-mail", ProblemCode.EMAIL),),
            (),
            ("ewa nowak@example.com", "Ewa", *blank),
        ),
        Row(
            7,
            None,
            (Problem("Adres E-mail", ProblemCode.SEVERAL_EMAILS),),
            (),
            ("ola@example.com, ala@example.com", "Ola", *blank),
        ),
        Row(8, None, (Problem("Adres E-mail", ProblemCode.EMAIL),), (), ('=cmd|"/c calc"!A1', "Zło", *blank)),
        Row(
            9,
            told(email="zofia@example.com", first_name="=1+1", last_name="+Nowak"),
            (),
            (Note.BIRTH_DATE,),
            ("zofia@example.com", "=1+1", "'+Nowak", "", "", "31.02.1990", "", "", ""),
        ),
        Row(10, None, (Problem("", ProblemCode.TOO_FEW_CELLS),), (), ("za@example.com", "mało")),
        Row(11, None, (Problem("", ProblemCode.TOO_MANY_CELLS),), (), ("za@example.com", "dużo", *blank, "ogon")),
        Row(
            12,
            None,
            (Problem("IMIĘ", ProblemCode.CHARACTERS),),
            (),
            ("piotr@example.com", "Pi\0otr", *blank),
        ),
        Row(
            13,
            None,
            (Problem("zgoda:marketing", ProblemCode.YES_OR_NO),),
            (),
            ("iga@example.com", "Iga", "", "", "", "", "", "może", "2025-02-20"),
        ),
        Row(
            14,
            None,
            (Problem("zgoda:marketing", ProblemCode.CONSENT_WITHOUT_MOMENT),),
            (),
            ("ida@example.com", "Ida", "", "", "", "", "", "tak", ""),
        ),
        Row(15, None, (Problem("", ProblemCode.OPEN_QUOTE),), (), ('otwarty@example.com;"Otw;;;;;;;',)),
        Row(
            16,
            told(email="ostatni@example.com", first_name="Ostatni"),
            (),
            (),
            ("ostatni@example.com", "Ostatni", *blank),
        ),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", Unreadable.EMPTY),
        (b"\xef\xbb\xbf", Unreadable.EMPTY),
        (b"\r\n \r\n", Unreadable.EMPTY),
        (b";;;\r\n;;\r\n", Unreadable.EMPTY),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", Unreadable.PICTURE),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", Unreadable.PICTURE),
        (b"PK\x03\x04\x14\0\x06\0[Content_Types].xml", Unreadable.SPREADSHEET),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Unreadable.SPREADSHEET),
        (b"PK\x03\x04\x14\0\0\0\x08\0klienci.csv", Unreadable.ARCHIVE),
        (b"\x1f\x8b\x08\0", Unreadable.ARCHIVE),
        (b"%PDF-1.7\n", Unreadable.DOCUMENT),
        (b"<html><table><tr><td>email</td></tr></table>", Unreadable.PAGE),
        (b'[{"email": "jan@example.com"}]', Unreadable.JSON_LIST),
        (bytes(range(32)) * 8, Unreadable.BINARY),
        (b"jan@example.com;Jan\newa@example.com;Ewa\n", Unreadable.NO_HEADER),
        (b"email;imie\n", Unreadable.NO_ROWS),
        (b"foo;bar\n1;2\n", Unreadable.NO_COLUMN_KNOWN),
        ("imię;nazwisko\nJan;Kowalski\n".encode(), Unreadable.NO_EMAIL),
    ],
)
def test_a_file_that_holds_no_customers_is_refused_with_a_reason(content, code):
    assert refusal_of(content) == code


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("email;kwota", Unreadable.NO_NUMBER),
        ("email;numer", Unreadable.NO_TOTAL),
        ("numer;kwota", Unreadable.NO_EMAIL),
    ],
)
def test_a_file_of_orders_needs_three_columns(header, code):
    assert refusal_of(f"{header}\n1;2\n".encode(), kind=Kind.ORDERS) == code


def test_a_first_line_without_an_end_is_refused():
    assert refusal_of(b"email;" * 10_000, is_whole=False) == Unreadable.ONE_LINE
    assert refusal_of(b"email;" * 100_000) == Unreadable.ONE_LINE


def test_a_refusal_says_what_to_do_and_what_could_be_made_out():
    with pytest.raises(NotReadable) as refusal:
        shape_of("imię;x\nJan;1\n".encode())

    assert refusal.value.sentence == UNREADABLE[Unreadable.NO_EMAIL]
    assert refusal.value.shape == Shape(
        "csv", "utf-8", ";", (Column("imię", "customer.first_name"), Column("x", None))
    )


def test_every_word_has_a_sentence():
    assert set(UNREADABLE) == set(Unreadable)
    assert set(PROBLEMS) == set(ProblemCode)
    assert set(NOTES) == set(Note)


@pytest.mark.parametrize(
    "header",
    [
        "email",
        "E-MAIL",
        "e_mail",
        "  Adres   e-mail ",
        "Adres e‑mail",
        "billing_email",
        "clientEmail",
        "Email Address",
    ],
)
def test_a_column_is_known_whatever_its_case_spaces_and_punctuation(header):
    shape = shape_of(f"{header};x\na@example.com;1\n".encode())

    assert shape.columns == (Column(header.strip(), "customer.email"), Column("x", None))


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Imię", "customer.first_name"),
        ("imie", "customer.first_name"),
        ("KOD POCZTOWY", "customer.address.postal_code"),
        ("województwo", "customer.address.region"),
        ("wojewodztwo", "customer.address.region"),
        ("Zgoda: newsletter", "consents.newsletter"),
        ("consent:newsletter:IP", "consents.newsletter.ip"),
        ("zgoda:newsletter:źródło", "consents.newsletter.source"),
        ("zgoda:newsletter:kolor", None),
        ("grupa", "customer.properties.customer_group"),
        ("pole: Rozmiar buta", "customer.properties.Rozmiar buta"),
        ("kolor", None),
    ],
)
def test_headers_are_known_in_polish_and_english(header, field):
    shape = shape_of(f"email;{header}\na@example.com;1\n".encode())

    assert shape.columns[1] == Column(header, field)


def test_of_two_columns_for_one_field_the_better_known_is_used():
    shape = shape_of(b"mail;email;email\na@example.com;b@example.com;c@example.com\n")

    assert [column.field for column in shape.columns] == [None, "customer.email", None]


def test_a_person_may_say_what_a_column_holds():
    content = "kto;email;imię\njan@example.com;?;Jan\n".encode()

    found = read(content, columns={"kto": "customer.email", "imię": ""})

    assert found == [Row(2, told(email="jan@example.com"), (), (), ("jan@example.com", "?", "Jan"))]
    assert refusal_of(content, columns={"kto": "customer.colour"}) == Unreadable.NO_SUCH_FIELD


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_the_separator_is_found(separator):
    header = separator.join(["email", "imię", "adres"])
    content = f'{header}\na@example.com{separator}Ala{separator}"x;y,z|\t"\n'.encode()

    assert shape_of(content).separator == separator
    assert read(content)[0].told == told(
        email="a@example.com", first_name="Ala", address={"street": "x;y,z|"}
    )


def test_excels_own_line_says_the_separator_and_has_no_number():
    content = b"sep=|\r\nemail|a;b;c;d\r\na@example.com|1\r\n"

    assert shape_of(content).separator == "|"
    assert read(content) == [Row(2, told(email="a@example.com"), (), (), ("a@example.com", "1"))]


def test_a_list_of_addresses_alone_is_read():
    assert read(b"email\na@example.com\nb@example.com\n") == [
        Row(2, told(email="a@example.com"), (), (), ("a@example.com",)),
        Row(3, told(email="b@example.com"), (), (), ("b@example.com",)),
    ]


def test_one_name_in_one_cell_is_parted():
    assert read("e-mail,imię i nazwisko\na@example.com,Anna Maria Nowak\n".encode())[0].told == told(
        email="a@example.com", first_name="Anna", last_name="Maria Nowak"
    )


def test_an_undated_consent_is_as_old_as_the_account():
    content = b"email,data rejestracji,zgoda:marketing\na@example.com,2025-02-20,tak\n"

    consents = [{"code": "marketing", "granted": True, "at": "2025-02-20T00:00:00+01:00"}]
    created = told(email="a@example.com", created_at="2025-02-20T00:00:00+01:00")
    assert read(content)[0].told == {**created, "consents": consents}


def test_a_moment_ahead_of_the_clock_names_its_column():
    content = b"email,zgoda:rodo,zgoda:rodo:data\na@example.com,tak,24.11.2026\n"

    assert read(content)[0].problems == (Problem("zgoda:rodo:data", ProblemCode.AHEAD),)


def test_a_state_that_is_none_is_left_out_with_a_note():
    content = b"email,status\na@example.com,aktywny\nb@example.com,klient\n"

    assert [(row.told, row.notes) for row in read(content)] == [
        (told(email="a@example.com"), (Note.STATE,)),
        (told(email="b@example.com", state="CUSTOMER"), ()),
    ]


def test_a_line_in_other_letters_does_not_spoil_the_file():
    content = "email;imię\na@example.com;Łucja\n".encode() + "b@example.com;Żaneta\n".encode("windows-1250")

    assert [row.told["customer"]["first_name"] for row in read(content)] == ["Łucja", "Żaneta"]


def test_a_quotation_mark_that_is_never_closed_costs_one_row():
    many = b"".join(b"%d@example.com;x\n" % number for number in range(300))
    content = b"email;imie\n" + b'a@example.com;"Ala\n' + many

    found = read(content)

    assert found[0] == Row(2, None, (Problem("", ProblemCode.OPEN_QUOTE),), (), ('a@example.com;"Ala',))
    assert [row.number for row in found if row.told] == list(range(3, 303))


def test_a_row_without_end_is_one_problem():
    content = b"email;imie\n" + b"a@example.com;" + b"x" * 3_000_000 + b"\nb@example.com;Bea\n"

    found = list(rows(BytesIO(content), shape_of(content[:100_000] + b"\n"), kind=Kind.CUSTOMERS))

    assert [(row.number, row.told, row.problems) for row in found] == [
        (2, None, (Problem("", ProblemCode.LONG_ROW),)),
        (3, told(email="b@example.com", first_name="Bea"), ()),
    ]


@pytest.mark.parametrize("cut", range(300, 340))
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1250"])
def test_the_beginning_may_be_cut_anywhere(encoding, cut):
    content = NASTY.encode(encoding)

    assert shape_of(content[:cut], is_whole=False) == shape_of(content)


def test_lines_may_end_as_on_an_old_mac():
    assert [row.told for row in read(b"email;imie\ra@example.com;Ala\rb@example.com;Bea\r")] == [
        told(email="a@example.com", first_name="Ala"),
        told(email="b@example.com", first_name="Bea"),
    ]


def test_moments_are_read_by_the_clocks_of_the_store():
    content = b"email;created at\na@example.com;2025-07-01 10:00\n"
    found = rows(BytesIO(content), shape_of(content), kind=Kind.CUSTOMERS, zone=ZoneInfo("Europe/London"))

    assert [row.told for row in found] == [
        told(email="a@example.com", created_at="2025-07-01T10:00:00+01:00")
    ]
