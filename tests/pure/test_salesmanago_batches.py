from collections.abc import Callable
from decimal import Decimal
from functools import partial

import pytest

from salesmanago import (
    AddEvent,
    Address,
    ConsentDetail,
    ContactEvent,
    ContactUpsert,
    DictionaryProperty,
    EventKind,
    OptFlags,
)
from salesmanago.encoding import encoded
from salesmanago.messages import asking
from salesmanago.messages.batch import contact_batch, event_batch
from salesmanago.messages.identity import addressee_named, contact_named, event_named

NO_SWITCH = {
    "forceOptIn": False,
    "forceOptOut": False,
    "forcePhoneOptIn": False,
    "forcePhoneOptOut": False,
}
RETURN = ContactEvent(kind=EventKind.RETURN, occurred_at=1767261600000, value=Decimal(59))


def people(count: int) -> list[ContactUpsert]:
    return [ContactUpsert(email=f"person-{number}@example.com") for number in range(count)]


def test_contacts_of_a_batch_on_the_wire() -> None:
    jan = ContactUpsert(
        email="Jan@Example.com",
        new_email="jan.kowalski@example.com",
        name="Jan Kowalski",
        external_id="cust-1",
        state="CUSTOMER",
        address=Address(city="Kraków", country="PL"),
        province="małopolskie",
        birthday="0317",
        lang="pl",
        tags=("shop import",),
        remove_tags=("guest",),
        properties={"customer_group": "retail"},
        dictionary_properties=(DictionaryProperty("orders", "NUMBER", 3),),
        flags=OptFlags(opt_in=True, phone_opt_out=True),
    )

    batch = contact_batch([jan, ContactUpsert(email="ola@example.com", name="")], fire_events=False)

    assert batch == {
        "useApiDoubleOptIn": False,
        "fireEvents": False,
        "upsertDetails": [
            {
                "contact": {
                    "email": "jan@example.com",
                    "name": "Jan Kowalski",
                    "externalId": "cust-1",
                    "state": "CUSTOMER",
                    "address": {"city": "Kraków", "country": "PL"},
                },
                "newEmail": "jan.kowalski@example.com",
                "province": "małopolskie",
                "birthday": "0317",
                "lang": "PL",
                "tags": ["SHOP_IMPORT"],
                "removeTags": ["GUEST"],
                "properties": {"customer_group": "retail"},
                "dictionaryProperties": [{"name": "orders", "type": "NUMBER", "value": 3}],
                **NO_SWITCH,
                "forceOptIn": True,
                "forcePhoneOptOut": True,
            },
            {"contact": {"email": "ola@example.com"}, **NO_SWITCH},
        ],
    }


def test_batch_says_of_rules_and_workflows_what_it_is_told() -> None:
    assert contact_batch(people(1), fire_events=True)["fireEvents"] is True


def test_events_of_a_batch_on_the_wire() -> None:
    batch = event_batch([AddEvent(RETURN, email="jan@example.com"), AddEvent(RETURN, contact_id="6f0c6a0e")])

    told = {"date": 1767261600000, "contactExtEventType": "RETURN", "value": Decimal("59.00")}
    assert batch == {
        "events": [
            {"email": "jan@example.com", "contactEvent": told},
            {"contactId": "6f0c6a0e", "contactEvent": told},
        ]
    }


def test_thousand_items_are_a_batch_of_less_than_a_megabyte() -> None:
    assert len(encoded(contact_batch(people(1000), fire_events=False))) < 1_000_000
    assert len(event_batch([AddEvent(RETURN, contact_id="6f0c6a0e")] * 1000)["events"]) == 1000


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        (partial(contact_batch, [], fire_events=False), "1 to 1000 items, not 0"),
        (partial(contact_batch, people(1001), fire_events=False), "1 to 1000 items, not 1001"),
        (partial(event_batch, []), "1 to 1000 items, not 0"),
        (partial(event_batch, [AddEvent(RETURN, contact_id="1")] * 1001), "1 to 1000 items, not 1001"),
        (partial(asking.full_by_emails, [f"{n}@example.com" for n in range(51)]), "at most 50 .* not 51"),
        (partial(asking.full_by_ids, [str(n) for n in range(51)]), "at most 50 .* not 51"),
        (partial(asking.one_email, " "), "an e-mail is needed"),
    ],
)
def test_more_than_salesmanago_takes_at_once_and_nothing_at_all_are_refused(
    wrong: Callable[[], object], problem: str
) -> None:
    with pytest.raises(ValueError, match=problem):
        wrong()


@pytest.mark.parametrize(
    ("contact", "problem"),
    [
        (ContactUpsert(email="", contact_id="6f0c6a0e"), "a contact without an e-mail"),
        (
            ContactUpsert(email="a@example.com", flags=OptFlags(opt_in=True, double_opt_in=True)),
            "an opt-in to be confirmed",
        ),
        (
            ContactUpsert(email="a@example.com", consents=(ConsentDetail("terms", accepted=True),)),
            "a contact with consents",
        ),
    ],
)
def test_contact_that_a_batch_would_not_tell_whole_is_refused(contact: ContactUpsert, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        contact_batch([contact], fire_events=False)


def test_address_that_occurs_twice_in_a_batch_is_refused() -> None:
    twice = [ContactUpsert(email="jan@example.com"), ContactUpsert(email="JAN@example.com ")]

    with pytest.raises(ValueError, match="an e-mail occurs twice"):
        contact_batch(twice, fire_events=False)


def test_requests_for_contacts_name_each_of_them_once() -> None:
    assert asking.by_ids([" a ", "b", "a", ""]) == {"id": ["a", "b"]}
    assert asking.full_by_ids(["a", "a"]) == {"contactId": ["a"]}
    assert asking.full_by_emails(["A@example.com", "a@example.com"]) == {"email": ["a@example.com"]}


@pytest.mark.parametrize(("request_id", "sent"), [("48211907", 48211907), ("job-7", "job-7"), ("٣", "٣")])
def test_number_of_a_job_goes_back_as_it_came(request_id: str, sent: int | str) -> None:
    assert asking.job(request_id) == {"requestId": sent}


def test_identifiers_are_spelled_as_each_method_wants_them() -> None:
    assert contact_named(email="Jan@example.com", contact_id=None) == {"email": "jan@example.com"}
    assert addressee_named(email="Jan@example.com", contact_id=None) == {
        "addresseeType": "EMAIL",
        "value": "jan@example.com",
    }
    assert addressee_named(email=None, contact_id="6f0c") == {"addresseeType": "CONTACT_ID", "value": "6f0c"}
    assert event_named(event_id=None, external_id=" order-7 ") == {"externalId": "order-7"}


@pytest.mark.parametrize(
    "wrong",
    [
        partial(contact_named, email=None, contact_id=None),
        partial(contact_named, email="jan@example.com", contact_id="6f0c"),
        partial(addressee_named, email="jan@example.com", contact_id="6f0c"),
        partial(event_named, event_id=" ", external_id=None),
        partial(event_named, event_id="b0a3", external_id="order-7"),
    ],
)
def test_nothing_named_and_two_things_named_are_refused(wrong: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match="exactly one of"):
        wrong()
