import json
from decimal import Decimal
from typing import Any

import pytest

from salesmanago import (
    Acknowledged,
    BasicContact,
    EventStored,
    FullContact,
    OutcomeUnknown,
    RecordedEvent,
    Refused,
)
from salesmanago.answers.acknowledged import acknowledged
from salesmanago.answers.answer import Answer
from salesmanago.answers.contact import found_contact
from salesmanago.answers.event import event_stored
from salesmanago.answers.full_contact import full_contacts
from salesmanago.redaction import Redaction

NOTHING_HIDDEN = Redaction()
JAN: dict[str, Any] = {
    "id": "6f0c6a0e",
    "email": "jan@example.com",
    "name": "Jan Kowalski",
    "state": "CUSTOMER",
    "optedOut": False,
    "optedOutPhone": True,
    "createdOn": 1740045600000,
}


def answer(text: str = "", **fields: Any) -> Answer:
    body = text or json.dumps({"success": True, "message": [], **fields})
    return Answer(status=200, body=body.encode())


def contact(**changes: Any) -> FullContact:
    [found] = full_contacts(answer(contacts=[{**JAN, **changes}]), NOTHING_HIDDEN)
    return found


def test_full_contact_is_read_with_its_events() -> None:
    event = """{"eventId": "b0a3", "date": 1767261600000, "contactExtEventType": "PURCHASE", "value": 249.90,
        "products": "P-100,P-205", "description": "blik\\nraty", "location": "shop_pl", "shopDomain": null,
        "externalId": "order-7", "detail1": "Krzesło,Stolik", "detail3": "1/2", "detail20": "x", "detail4": ""}"""
    given = answer(
        '{"success": true, "contacts": [{"id": "6f0c6a0e", "email": "jan@example.com", "name": "Jan Kowalski",'
        ' "state": "CUSTOMER", "optedOut": false, "optedOutPhone": true, "createdOn": 1740045600000,'
        ' "province": "małopolskie", "contactTags": [{"tag": "VIP", "score": 3}, {}, null],'
        ' "properties": [{"name": "group", "value": "retail"}, {"name": "empty", "value": null}],'
        f' "contactExtEvents": [{event}]}}]}}'
    )

    [found] = full_contacts(given, NOTHING_HIDDEN)

    assert found == FullContact(
        basic=BasicContact(
            contact_id="6f0c6a0e",
            email="jan@example.com",
            name="Jan Kowalski",
            state="CUSTOMER",
            opted_out=False,
            opted_out_phone=True,
            deleted=False,
            invalid=False,
            external_id=None,
            created_at=1740045600000,
            modified_at=None,
        ),
        province="małopolskie",
        tags=("VIP",),
        properties={"group": "retail"},
        events=(
            RecordedEvent(
                kind="PURCHASE",
                event_id="b0a3",
                occurred_at=1767261600000,
                external_id="order-7",
                products=("P-100", "P-205"),
                value=Decimal("249.90"),
                description="blik\nraty",
                location="shop_pl",
                shop_domain=None,
                details={1: "Krzesło,Stolik", 3: "1/2", 20: "x"},
            ),
        ),
    )


def test_contact_without_events_is_not_taken_for_one_whose_events_are_not_told() -> None:
    assert contact(contactExtEvents=[]).events == ()
    assert contact(contactExtEvents=None).events is None
    assert contact().events is None


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("249.9", Decimal("249.90")),
        ("0", Decimal("0.00")),
        ("1e2", Decimal("100.00")),
        ("1e999999999", None),
        ("1e-999999999", Decimal("0.00")),
        ("true", None),
        ('"249.90"', None),
        ("NaN", None),
    ],
)
def test_value_is_read_exactly_or_not_at_all(value: str, read: Decimal | None) -> None:
    events = f'[{{"contactExtEventType": "CART", "value": {value}}}]'
    body = json.dumps({"success": True, "contacts": [{**JAN, "contactExtEvents": "?"}]})

    [found] = full_contacts(answer(body.replace('"?"', events)), NOTHING_HIDDEN)

    assert found.events is not None
    assert [event.value for event in found.events] == [read]


@pytest.mark.parametrize(
    "contacts",
    [
        None,
        [None],
        [{**JAN, "id": None}],
        [{**JAN, "optedOut": None}],
        [{**JAN, "contactExtEvents": {}}],
        [{**JAN, "contactExtEvents": ["b0a3"]}],
        [{**JAN, "contactExtEvents": [{"eventId": "b0a3", "externalId": "order-7"}]}],
    ],
)
def test_event_that_cannot_be_read_makes_the_answer_unreadable(contacts: Any) -> None:
    """Whoever looks for a purchase before sending it again must not be told that it is not there."""
    with pytest.raises(OutcomeUnknown) as failure:
        full_contacts(answer(contacts=contacts), NOTHING_HIDDEN)

    assert failure.value.reason == "unreadable"


@pytest.mark.parametrize(
    ("fields", "found"),
    [({"result": True, "contactId": "6f0c"}, "6f0c"), ({"result": False, "contactId": None}, None)],
)
def test_contact_is_found_by_its_id_or_not_there(fields: dict[str, Any], found: str | None) -> None:
    assert found_contact(answer(**fields), NOTHING_HIDDEN) == found


@pytest.mark.parametrize("fields", [{}, {"result": True}, {"result": "true", "contactId": "6f0c"}])
def test_contact_that_may_be_there_is_not_taken_for_missing(fields: dict[str, Any]) -> None:
    with pytest.raises(OutcomeUnknown) as failure:
        found_contact(answer(**fields), NOTHING_HIDDEN)

    assert failure.value.reason == "unreadable"


def test_stored_event_is_read() -> None:
    assert event_stored(answer(eventId="b0a3"), NOTHING_HIDDEN) == EventStored(event_id="b0a3")


def test_event_accepted_without_an_id_is_of_unknown_outcome() -> None:
    with pytest.raises(OutcomeUnknown) as failure:
        event_stored(answer(message=["Odd"], eventId=None), NOTHING_HIDDEN)

    assert (failure.value.reason, failure.value.vendor_message) == ("no_event_id", "Odd")


def test_acknowledgement_keeps_the_remarks() -> None:
    given = answer(message=["Already opted out"], result="deleted")

    assert acknowledged(given, NOTHING_HIDDEN) == Acknowledged(notes=("Already opted out",))


def test_refusal_is_no_acknowledgement() -> None:
    with pytest.raises(Refused):
        acknowledged(answer(success=False, message=["Contact not found"]), NOTHING_HIDDEN)
