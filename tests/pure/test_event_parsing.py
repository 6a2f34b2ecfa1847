"""From what a store sent to a store event, or to every reason why not."""

import json
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebexo.events import (
    Address,
    ConsentAnswer,
    Customer,
    EventType,
    FieldProblem,
    InvalidEvent,
    StoreEvent,
    Visitor,
    parse,
)
from ebexo.events.parsing import UnreadableBody, read_json
from ebexo.events.types import ContactState

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

MINIMAL: dict[str, Any] = {
    "id": "e-1",
    "type": "customer.registered",
    "occurred_at": "2026-11-23T12:00:00+01:00",
    "customer": {"email": "jan.kowalski@example.com"},
}


def an_event(**changes):
    return {**MINIMAL, **changes}


def a_customer(**changes):
    return an_event(customer={**MINIMAL["customer"], **changes})


def problems_of(event):
    with pytest.raises(InvalidEvent) as refusal:
        parse(event, now=NOON)
    return [(problem.pointer, problem.message) for problem in refusal.value.problems]


def test_a_whole_event_is_read_and_tidied_up():
    event = parse(
        {
            "id": " e-1 ",
            "type": "customer.updated",
            "occurred_at": "2026-11-23T12:00:00+01:00",
            "customer": {
                "id": 10042,
                "email": " Jan.Kowalski@Example.com ",
                "previous_email": "",
                "first_name": " Jan ",
                "last_name": "   ",
                "phone": "+48600100200",
                "company": "Kowalski Meble",
                "address": {"street": "ul. Lipowa 7/3", "city": "Kraków", "region": None, "country": "PL"},
                "state": "customer",
                "birth_date": "1984-03-17",
                "created_at": "2025-02-20T11:00:00Z",
                "language": "pl",
                "properties": {" group ": "retail", "points": 7, "vip": True, "none": None, "blank": "  "},
            },
            "visitor": {"smclient": "6f0c6a0e"},
            "consents": [
                {"code": "marketing", "granted": True, "at": "2026-11-23T10:59:58Z", "ip": "203.0.113.24"}
            ],
        },
        now=NOON,
    )

    assert event == StoreEvent(
        id="e-1",
        type=EventType.CUSTOMER_UPDATED,
        occurred_at=datetime(2026, 11, 23, 11, 0, tzinfo=UTC),
        customer=Customer(
            id="10042",
            email="jan.kowalski@example.com",
            first_name="Jan",
            phone="+48600100200",
            company="Kowalski Meble",
            address=Address(street="ul. Lipowa 7/3", city="Kraków", country="PL"),
            state=ContactState.CUSTOMER,
            birth_date="1984-03-17",
            created_at=datetime(2025, 2, 20, 11, 0, tzinfo=UTC),
            language="pl",
            properties={"group": "retail", "points": "7", "vip": "true"},
        ),
        visitor=Visitor(smclient="6f0c6a0e"),
        consents=(
            ConsentAnswer(
                code="marketing",
                granted=True,
                at=datetime(2026, 11, 23, 10, 59, 58, tzinfo=UTC),
                ip="203.0.113.24",
            ),
        ),
    )


REQUIRED = "This field is required."
EMPTY = "This must not be empty."
TEXT = "This must be text."
OBJECT = "This must be an object."
LIST = "This must be a list."
NO_EMAIL = "This is not an e-mail address."
OFFSET = "The moment lacks its offset, for example +01:00 or Z."
MOMENT = "A moment is text such as 2026-11-23T10:00:00+01:00."
AHEAD = "This moment is more than 5 minutes ahead of our clock."
NUL = "There must be no NUL character in it."
TYPES = f"There is no such event type. Known: {', '.join(EventType)}."
STATES = "This must be 'CUSTOMER', 'PROSPECT', 'PARTNER', 'OTHER' or 'UNKNOWN'."

BAD = {
    "no id": ({k: v for k, v in MINIMAL.items() if k != "id"}, "/id", REQUIRED),
    "blank id": (an_event(id="  "), "/id", EMPTY),
    "number as id": (an_event(id=5), "/id", TEXT),
    "65 characters": (an_event(id="x" * 65), "/id", "This must have at most 64 characters."),
    "NUL in the id": (an_event(id="a\0b"), "/id", NUL),
    "unknown type": (an_event(type="customer.exploded"), "/type", TYPES),
    "no type at all": (an_event(type=None), "/type", TYPES),
    "unknown field": (an_event(basket={}), "/basket", "There is no such field here."),
    "a slash in an unknown field": (an_event(**{"a/b~c": 1}), "/a~1b~0c", "There is no such field here."),
    "no customer": (an_event(customer=None), "/customer", "customer.registered needs the customer."),
    "customer as text": (an_event(customer="jan@example.com"), "/customer", OBJECT),
    "customer as list": (an_event(customer=[]), "/customer", OBJECT),
    "no e-mail": (an_event(customer={}), "/customer/email", REQUIRED),
    "blank e-mail": (a_customer(email=" "), "/customer/email", NO_EMAIL),
    "number as e-mail": (a_customer(email=5), "/customer/email", TEXT),
    "e-mail without @": (a_customer(email="jan.example.com"), "/customer/email", NO_EMAIL),
    "two e-mails": (a_customer(email="a@b.pl, c@d.pl"), "/customer/email", NO_EMAIL),
    "bad previous e-mail": (a_customer(previous_email="x"), "/customer/previous_email", NO_EMAIL),
    "true as customer id": (a_customer(id=True), "/customer/id", TEXT),
    "fraction as customer id": (a_customer(id=1.5), "/customer/id", TEXT),
    "NUL in a name": (a_customer(first_name="J\0n"), "/customer/first_name", NUL),
    "half a character": (
        a_customer(first_name="\ud800"),
        "/customer/first_name",
        "There are characters in it that can't be stored.",
    ),
    "256 characters": (
        a_customer(company="x" * 256),
        "/customer/company",
        "This must have at most 255 characters.",
    ),
    "unknown state": (a_customer(state="VIP"), "/customer/state", STATES),
    "address as text": (a_customer(address="Lipowa 7"), "/customer/address", OBJECT),
    "list as property": (a_customer(properties={"a": [1]}), "/customer/properties/a", TEXT),
    "properties as list": (a_customer(properties=[]), "/customer/properties", OBJECT),
    "NUL in a property": (a_customer(properties={"a": "b\0"}), "/customer/properties/a", NUL),
    "NUL in a property's name": (a_customer(properties={"a\0": "b"}), "/customer/properties/a\0", NUL),
    "naive moment": (an_event(occurred_at="2026-11-23T12:00:00"), "/occurred_at", OFFSET),
    "day as moment": (an_event(occurred_at="2026-11-23"), "/occurred_at", OFFSET),
    "number as moment": (an_event(occurred_at=1700000000), "/occurred_at", MOMENT),
    "number in a text as moment": (an_event(occurred_at="1700000000"), "/occurred_at", MOMENT),
    "no moment": (an_event(occurred_at=None), "/occurred_at", MOMENT),
    "blank moment": (an_event(occurred_at=""), "/occurred_at", MOMENT),
    "no calendar day": (an_event(occurred_at="2026-02-30T12:00:00Z"), "/occurred_at", MOMENT),
    "end of the calendar": (
        an_event(occurred_at="9999-12-31T23:59:59-23:00"),
        "/occurred_at",
        "This moment is outside the calendar.",
    ),
    "naive account creation": (a_customer(created_at="2025-01-01T00:00:00"), "/customer/created_at", OFFSET),
    "account creation ahead": (a_customer(created_at="2030-01-01T00:00:00Z"), "/customer/created_at", AHEAD),
    "visitor as text": (an_event(visitor="x"), "/visitor", OBJECT),
    "consents as object": (an_event(consents={}), "/consents", LIST),
    "consent as text": (an_event(consents=["marketing"]), "/consents/0", OBJECT),
    "consent neither given nor not": (
        an_event(consents=[{"code": "m", "granted": "perhaps", "at": "2026-11-23T11:00:00Z"}]),
        "/consents/0/granted",
        "This must be true or false.",
    ),
    "51 consents": (
        an_event(consents=[{"code": "m", "granted": True, "at": "2026-11-23T11:00:00Z"}] * 51),
        "/consents",
        "There must be at most 50 of these.",
    ),
}


@pytest.mark.parametrize(("event", "pointer", "message"), BAD.values(), ids=BAD)
def test_a_bad_field_is_named_with_what_is_wrong(event, pointer, message):
    assert problems_of(event) == [(pointer, message)]


def test_all_bad_fields_are_named_at_once():
    event = {"id": "", "type": "x", "customer": {"email": "x", "phone": 5}, "consents": [{"code": "m"}]}

    assert problems_of(event) == [
        ("/id", EMPTY),
        ("/type", TYPES),
        ("/occurred_at", REQUIRED),
        ("/customer/email", NO_EMAIL),
        ("/customer/phone", TEXT),
        ("/consents/0/granted", REQUIRED),
        ("/consents/0/at", REQUIRED),
    ]


def test_moments_up_to_five_minutes_ahead_are_taken():
    ahead = (NOON + timedelta(minutes=5)).isoformat()

    event = parse(an_event(occurred_at=ahead), now=NOON)

    assert event.occurred_at == NOON + timedelta(minutes=5)


def test_every_moment_further_ahead_is_named():
    ahead = (NOON + timedelta(minutes=5, microseconds=1)).isoformat()
    fine = {"code": "terms", "granted": True, "at": "2026-11-23T11:00:00Z"}

    event = an_event(occurred_at=ahead, consents=[fine, {"code": "m", "granted": True, "at": ahead}])

    assert problems_of(event) == [("/occurred_at", AHEAD), ("/consents/1/at", AHEAD)]


def test_a_finished_event_is_looked_at_too():
    event = parse(MINIMAL, now=NOON)

    with pytest.raises(InvalidEvent) as refusal:
        parse(event, now=NOON - timedelta(days=1))

    assert refusal.value.problems == [FieldProblem("/occurred_at", AHEAD)]


def test_any_mapping_is_an_event():
    event = MappingProxyType(an_event(customer=MappingProxyType(MINIMAL["customer"])))

    assert parse(event, now=NOON) == parse(MINIMAL, now=NOON)


def test_ids_of_exactly_64_characters_are_taken():
    event = an_event(
        id="é" * 64, consents=[{"code": "c" * 64, "granted": False, "at": "2026-11-23T11:00:00Z"}]
    )

    parsed = parse(event, now=NOON)

    assert (parsed.id, parsed.consents[0].code) == ("é" * 64, "c" * 64)


@pytest.mark.parametrize(
    "birth_date",
    [
        "31.02.1984",
        "never",
        "",
        0,
        -1,
        19840317,
        1.5,
        True,
        [],
        {"day": 1},
        "x" * 1000,
        "\ud800",
        "a\0b",
        float("inf"),
    ],
    ids=repr,
)
def test_a_birth_date_never_causes_a_refusal(birth_date):
    event = parse(a_customer(birth_date=birth_date), now=NOON)

    assert StoreEvent.model_validate_json(event.canonical()) == event


@pytest.mark.parametrize("blank", [None, "", "   ", "\t\n"])
def test_a_blank_field_counts_as_not_told(blank):
    names = ("id", "previous_email", "first_name", "last_name", "phone", "company", "state", "birth_date")
    more = ("created_at", "language")
    address = dict.fromkeys(("street", "postal_code", "city", "region", "country"), blank)

    event = parse(a_customer(**dict.fromkeys(names + more, blank), address=address), now=NOON)

    assert event.canonical() == parse(a_customer(address={}), now=NOON).canonical()


def test_equal_events_have_equal_texts_however_they_were_written():
    one = a_customer(id=7, first_name="Jan", last_name=None, properties={"a": "1", "b": 2})
    other = {
        "customer": {
            "properties": {"b": "2", "a": 1},
            "first_name": " Jan",
            "id": "7",
            **MINIMAL["customer"],
        },
        "consents": [],
        "occurred_at": "2026-11-23T11:00:00.000Z",
        "type": "customer.registered",
        "id": "e-1",
    }

    assert parse(one, now=NOON).canonical() == parse(other, now=NOON).canonical()


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20)
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(), max_size=5), inner, max_size=3)
    ),
)


@given(
    st.fixed_dictionaries(
        {"email": st.emails() | anything},
        optional=dict.fromkeys(
            ("id", "previous_email", "first_name", "address", "state", "birth_date", "properties"), anything
        ),
    ),
    st.dictionaries(st.sampled_from(["id", "type", "occurred_at", "visitor", "consents", "x"]), anything),
)
def test_whatever_comes_is_read_again_the_same_or_refused(customer, changes):
    try:
        event = parse({**MINIMAL, "customer": customer, **changes}, now=NOON)
    except InvalidEvent:
        return

    assert StoreEvent.model_validate_json(event.canonical()) == event


def nested(levels):
    """An object of so many levels."""
    return b'{"a":' * (levels - 1) + b"{}" + b"}" * (levels - 1)


UNREADABLE = "The body is not JSON in UTF-8."


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", UNREADABLE),
        (b"{", UNREADABLE),
        (b"\xff{}", UNREADABLE),
        (b'{"a": NaN}', UNREADABLE),
        (b'{"a": Infinity}', UNREADABLE),
        (b'{"a": -Infinity}', UNREADABLE),
        (b'{"a": ' + b"1" * 5000 + b"}", UNREADABLE),
        (b'{"a":' * 100_000, UNREADABLE),
        (b"[]", "The body must be a JSON object."),
        (b'"text"', "The body must be a JSON object."),
        (b"null", "The body must be a JSON object."),
        (nested(21), "The body is nested more than 20 levels deep."),
        (b'{"a":' + b"[" * 20 + b"]" * 20 + b"}", "The body is nested more than 20 levels deep."),
    ],
)
def test_a_body_that_is_no_readable_object_is_refused(body, sentence):
    with pytest.raises(UnreadableBody) as refusal:
        read_json(body)

    assert str(refusal.value) == sentence


def test_twenty_levels_are_read():
    assert json.dumps(read_json(nested(20))).count("{") == 20


def test_of_a_field_given_twice_the_last_one_counts():
    assert read_json(b'{"id": "a", "id": "b"}') == {"id": "b"}
