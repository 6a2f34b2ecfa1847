"""From a store event to the contact upsert: the whole request, as it goes over the wire."""

from datetime import UTC, date, datetime
from typing import Any

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebexo.connection.tags import tags_of
from ebexo.consents.gate import OptIn
from ebexo.contacts.knowledge import Known, Status
from ebexo.delivery.mapping.birth_date import birth_date
from ebexo.delivery.mapping.contact import contact_upsert
from ebexo.delivery.mapping.phone import phone
from ebexo.delivery.mapping.rules import Rules
from ebexo.events import parse
from ebexo.stores.models import Account

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
RULES = Rules(country="PL", language="pl", tags=tags_of(Account()))
LEFT_ALONE = {
    "forceOptIn": False,
    "forceOptOut": False,
    "forcePhoneOptIn": False,
    "forcePhoneOptOut": False,
    "useApiDoubleOptIn": False,
}
WHOLE = {
    "id": "10042",
    "email": "Jan.Kowalski@Example.com",
    "first_name": " Jan  Maria",
    "last_name": "Kowalski ",
    "phone": "600 100 200",
    "company": "Kowalski Meble",
    "address": {
        "street": "ul. Lipowa 7/3",
        "postal_code": "30-002",
        "city": "Kraków",
        "region": "małopolskie",
        "country": "PL",
    },
    "birth_date": "1984-03-17",
    "created_at": "2025-02-20T11:00:00.001+01:00",
    "language": "pl-PL",
    "properties": {"customer_group": "retail"},
}


def an_event(
    customer: Any, *, event_type: str = "customer.registered", at: str = "2026-11-23T11:00:00Z"
) -> Any:
    customer = {"email": "jan@example.com"} | customer
    return parse({"id": "e-1", "type": event_type, "occurred_at": at, "customer": customer}, now=NOON)


def mapped(customer: Any = (), *, known: Known | None = None, **more: Any) -> Any:
    rules = more.pop("rules", RULES)
    opting, bought = more.pop("opt_in", OptIn.LEAVE), more.pop("bought", False)
    event = an_event(dict(customer), **more)
    return contact_upsert(event, rules=rules, known=known, bought=bought, opt_in=opting)


def wire(customer: Any = (), **more: Any) -> Any:
    return mapped(customer, **more).request.to_wire()


def somebody_known(**changes: Any) -> Known:
    known: dict[str, Any] = {
        "contact_id": "c-1",
        "email": "jan@example.com",
        "status": Status.OPT_IN,
        "status_at": NOON,
        "told_at": datetime(2026, 11, 23, 10, 0, tzinfo=UTC),
        "sent": True,
    }
    return Known(**(known | changes))


def test_a_complete_customer_is_told_completely():
    assert wire(WHOLE, opt_in=OptIn.NOW) == {
        "async": False,
        "contact": {
            "email": "jan.kowalski@example.com",
            "name": "Jan Maria Kowalski",
            "phone": "+48600100200",
            "company": "Kowalski Meble",
            "externalId": "10042",
            "state": "PROSPECT",
            "address": {
                "streetAddress": "ul. Lipowa 7/3",
                "zipCode": "30-002",
                "city": "Kraków",
                "country": "PL",
            },
        },
        "province": "małopolskie",
        "birthday": "19840317",
        "lang": "PL",
        "tags": ["SHOP_REGISTRATION"],
        "properties": {"customer_group": "retail"},
        "dictionaryProperties": [{"name": "createdOn", "type": "DATE", "value": 1740045600001}],
        **LEFT_ALONE,
        "forceOptIn": True,
    }


def test_of_somebody_with_an_address_only_nothing_else_is_told():
    assert wire(event_type="newsletter.subscribed") == {
        "async": False,
        "contact": {"email": "jan@example.com", "state": "PROSPECT"},
        "lang": "PL",
        "tags": ["SHOP_NEWSLETTER"],
        **LEFT_ALONE,
    }


def test_a_changed_address_goes_with_the_one_that_is_known_there():
    request = wire({"email": "new@example.com"}, known=somebody_known(), event_type="customer.updated")

    assert request == {
        "async": False,
        "contact": {"email": "jan@example.com", "state": "PROSPECT"},
        "newEmail": "new@example.com",
        "lang": "PL",
        "tags": ["SHOP_DATA_EDIT"],
        **LEFT_ALONE,
    }


LATE = {"at": "2026-11-23T09:59:59Z", "event_type": "customer.logged_in"}


def test_a_late_event_fills_only_what_was_never_told():
    told = (
        "name",
        "phone",
        "state",
        "lang",
        "address.city",
        "address.country",
        "properties.customer_group",
        "createdOn",
    )
    late = WHOLE | {"email": "former@example.com", "properties": {"customer_group": "b2b", "size": "L"}}

    request = wire(late, known=somebody_known(told_fields=told), **LATE)

    assert request == {
        "async": False,
        "contact": {
            "email": "jan@example.com",
            "company": "Kowalski Meble",
            "externalId": "10042",
            "address": {"streetAddress": "ul. Lipowa 7/3", "zipCode": "30-002"},
        },
        "province": "małopolskie",
        "birthday": "19840317",
        "tags": ["SHOP_LOGIN"],
        "properties": {"size": "L"},
        **LEFT_ALONE,
    }


def test_a_late_event_never_brings_a_former_address_back():
    request = wire({"email": "former@example.com"}, known=somebody_known(), **LATE)

    assert (request["contact"]["email"], "newEmail" in request) == ("jan@example.com", False)


def test_an_event_of_the_same_moment_is_not_late():
    assert wire(
        {"first_name": "Jan"}, known=somebody_known(told_fields=("name",)), at="2026-11-23T10:00:00Z"
    )["contact"] == {"email": "jan@example.com", "name": "Jan", "state": "PROSPECT"}


def test_the_fields_told_are_remembered_one_by_one():
    assert mapped(WHOLE).fields == {
        "name",
        "phone",
        "company",
        "external_id",
        "state",
        "address.street",
        "address.postal_code",
        "address.city",
        "address.country",
        "province",
        "birthday",
        "lang",
        "properties.customer_group",
        "createdOn",
    }
    assert mapped({"address": {"region": "małopolskie"}}).fields == {"province", "state", "lang"}


@pytest.mark.parametrize(
    ("said", "bought", "is_customer", "state"),
    [
        (None, False, False, "PROSPECT"),
        (None, True, False, "CUSTOMER"),
        (None, False, True, "CUSTOMER"),
        ("partner", True, True, "PARTNER"),
        ("PROSPECT", True, True, "PROSPECT"),
    ],
)
def test_the_state_is_what_the_store_says_or_else_whether_the_person_bought(said, bought, is_customer, state):
    known = somebody_known(is_customer=is_customer)

    assert wire({"state": said}, known=known, bought=bought)["contact"]["state"] == state


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("600 100 200", None, "+48600100200"),
        ("600-100-200", "PL", "+48600100200"),
        ("0048 600 100 200", None, "+48600100200"),
        ("+48 600 100 200", "DE", "+48600100200"),
        ("(030) 901820", "de", "+4930901820"),
        ("600 100 200", "Polska", "+48600100200"),
        ("600 100 200", "XX", "+48600100200"),
        ("600 100 200", "US", "+48600100200"),
        ("12", None, "12"),
        ("call me", None, "call me"),
        ("+999 123", None, "+999 123"),
    ],
)
def test_a_telephone_number_is_read_by_the_country_of_the_address_and_else_the_store_s(text, country, number):
    assert wire({"phone": text, "address": {"country": country}})["contact"]["phone"] == number


def test_without_any_country_only_international_numbers_are_read():
    assert phone("600 100 200", countries=()) == "600 100 200"
    assert phone("+48 600 100 200", countries=()) == "+48600100200"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1984-03-17", date(1984, 3, 17)),
        ("1984-3-7", date(1984, 3, 7)),
        (" 1984-03-17T00:00:00Z ", date(1984, 3, 17)),
        ("1984-03-17 12:00", date(1984, 3, 17)),
        ("19840317", date(1984, 3, 17)),
        ("17.03.1984", date(1984, 3, 17)),
        ("7/3/1984", date(1984, 3, 7)),
        ("2024-02-29", date(2024, 2, 29)),
        ("2026-11-23", date(2026, 11, 23)),
        ("1906-01-02", date(1906, 1, 2)),
        ("2023-02-29", None),
        ("1984-13-01", None),
        ("0000-00-00", None),
        ("1900-01-01", None),
        ("1970-01-01", None),
        ("1905-12-31", None),
        ("2026-11-24", None),
        ("17 March 1984", None),
        ("1984", None),
        ("", None),
        ("{'day': 1}", None),
    ],
)
def test_a_birth_date_is_read_where_it_can_be_one(text, found):
    assert birth_date(text, today=date(2026, 11, 23)) == found


def test_an_unusable_birth_date_is_left_out_with_a_note():
    result = mapped({"birth_date": "1900-01-01"})

    assert (result.notes, "birthday" in result.request.to_wire()) == (("birth_date_unusable",), False)


def test_a_late_event_with_a_good_birth_date_gets_no_note():
    result = mapped({"birth_date": "1984-03-17"}, known=somebody_known(told_fields=("birthday",)), **LATE)

    assert (result.notes, "birthday" in result.request.to_wire()) == ((), False)


@pytest.mark.parametrize(
    ("language", "lang"),
    [(None, "PL"), ("en", "EN"), ("en-GB", "EN"), ("de_AT", "DE"), ("pol", None), ("ż1", None)],
)
def test_a_language_is_told_as_two_letters(language, lang):
    assert wire({"language": language}).get("lang") == lang


@pytest.mark.parametrize(
    ("event_type", "ours"),
    [
        ("customer.registered", "SHOP_REGISTRATION"),
        ("customer.logged_in", "SHOP_LOGIN"),
        ("customer.updated", "SHOP_DATA_EDIT"),
        ("newsletter.subscribed", "SHOP_NEWSLETTER"),
    ],
)
def test_every_trigger_has_a_tag_of_its_own(event_type, ours):
    assert wire(event_type=event_type)["tags"] == [ours]


def test_a_store_chooses_its_own_tags_or_none():
    tags = tags_of(Account(tags={"login": ["web vip", "shop"], "newsletter": []}))
    rules = Rules(country="PL", language="pl", tags=tags)

    assert wire(rules=rules, event_type="customer.logged_in")["tags"] == ["WEB_VIP", "SHOP"]
    assert "tags" not in wire(rules=rules, event_type="newsletter.subscribed")
    assert wire(rules=rules)["tags"] == ["SHOP_REGISTRATION"]


def test_a_confirmed_opt_in_names_the_store_s_own_e_mail():
    rules = Rules(
        country="PL", language="pl", tags={}, double_opt_in_email_id="mail-7", double_opt_in_language="EN"
    )
    flags = {"doubleOptInEmailId": "mail-7", "doubleOptInLanguage": "EN"}

    request = wire(rules=rules, opt_in=OptIn.ONCE_CONFIRMED)

    assert request.items() >= (LEFT_ALONE | flags | {"forceOptIn": True, "useApiDoubleOptIn": True}).items()
    assert wire(rules=rules).items().isdisjoint(flags.items())


def test_a_confirmed_opt_in_without_settings_leaves_the_choice_to_the_account():
    request = wire(opt_in=OptIn.ONCE_CONFIRMED)

    assert request == wire() | {"forceOptIn": True, "useApiDoubleOptIn": True}


texts = st.none() | st.text(max_size=30).filter(lambda text: "\0" not in text)
customers = st.fixed_dictionaries(
    {},
    optional={
        "id": texts,
        "first_name": texts,
        "last_name": texts,
        "phone": texts | st.from_regex(r"\+?[0-9 ]{3,15}", fullmatch=True),
        "company": texts,
        "language": texts,
        "birth_date": texts | st.dates().map(str),
        "created_at": st.none() | st.datetimes(timezones=st.just(UTC)).map(lambda moment: min(moment, NOON)),
        "address": st.none()
        | st.dictionaries(
            st.sampled_from(["street", "postal_code", "city", "region", "country"]), texts, max_size=5
        ),
        "properties": st.dictionaries(texts.map(str), texts | st.integers(), max_size=3),
    },
)
knowns = st.none() | st.builds(
    somebody_known,
    email=st.sampled_from(["jan@example.com", "former@example.com"]),
    told_at=st.none()
    | st.sampled_from([datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 11, 30, tzinfo=UTC)]),
    told_fields=st.lists(
        st.sampled_from(["name", "phone", "address.city", "state", "lang", "createdOn"]), unique=True
    ).map(tuple),
    is_customer=st.booleans(),
)


def leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [value, *[leaf for item in value.values() for leaf in leaves(item)]]
    if isinstance(value, list):
        return [value, *[leaf for item in value for leaf in leaves(item)]]
    return [value]


@given(customers, knowns, st.sampled_from(OptIn), st.booleans())
def test_no_request_says_anything_empty_or_both_yes_and_no(customer, known, opting, bought):
    request = wire(customer, known=known, opt_in=opting, bought=bought)

    assert [leaf for leaf in leaves(request) if leaf in (None, "", [], {})] == []
    assert not (request["forceOptIn"] and request["forceOptOut"])
    flags = {name: request[name] for name in LEFT_ALONE}
    assert flags == LEFT_ALONE | {
        "forceOptIn": opting in (OptIn.NOW, OptIn.ONCE_CONFIRMED),
        "forceOptOut": opting is OptIn.OUT,
        "useApiDoubleOptIn": opting is OptIn.ONCE_CONFIRMED,
    }


@given(st.from_regex(r"\+48[1-9][0-9]{8}", fullmatch=True), st.sampled_from(["PL", "DE", "US", "IT", None]))
def test_a_polish_number_with_its_prefix_is_what_the_library_makes_of_it(
    text: str, country: str | None
) -> None:
    number = phonenumbers.parse(text, country)

    assert phone(text, countries=[country or "PL"]) == text
    assert phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) == text
