"""Uniting two contact events that follow each other: what comes out changes the contact as the two would have."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebexo.consents.gate import OptIn
from ebexo.contacts.knowledge import Known, Status
from ebexo.delivery.mapping.contact import contact_upsert
from ebexo.delivery.mapping.rules import Rules
from ebexo.delivery.mapping.uniting import UNITABLE, unite
from ebexo.events import Address, ConsentAnswer, Customer, EventType, StoreEvent

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
RULES = Rules(country="PL", language="pl", tags={})


def event(
    event_type: EventType = EventType.CUSTOMER_UPDATED, *, minute: int = 0, **customer: Any
) -> StoreEvent:
    return StoreEvent(
        id=f"event-{minute}",
        type=event_type,
        occurred_at=NOON + timedelta(minutes=minute),
        customer=Customer(**{"email": "ewa@example.com", **customer}),
    )


def united(older: StoreEvent, newer: StoreEvent) -> StoreEvent | None:
    payload = unite(older.canonical(), newer.canonical())
    return StoreEvent.model_validate_json(payload) if payload else None


def test_a_field_that_the_newer_leaves_out_keeps_the_value_of_the_older() -> None:
    older = event(phone="600100200", company="Nowak", address=Address(city="Łódź", street="Polna 1"))
    newer = event(minute=1, company="Nowak i Syn", address=Address(city="Kraków"), properties={"size": "L"})

    assert united(older, newer) == event(
        minute=1,
        phone="600100200",
        company="Nowak i Syn",
        address=Address(city="Kraków", street="Polna 1"),
        properties={"size": "L"},
    )


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        (event(), event(EventType.NEWSLETTER_SUBSCRIBED, minute=1)),
        (event(EventType.NEWSLETTER_SUBSCRIBED), event(minute=1)),
        (event(), event(EventType.NEWSLETTER_UNSUBSCRIBED, minute=1)),
        (event(), event(EventType.CUSTOMER_ERASED, minute=1)),
        (event(), event(minute=1, email="eva@example.com")),
        (event(), event(minute=1, previous_email="eva@example.com")),
        (event(id="1"), event(minute=1, id="2")),
        (event(state="CUSTOMER"), event(minute=1, state="PARTNER")),
        (event(minute=1), event(minute=0)),
        (
            event(),
            event(minute=1).model_copy(
                update={"consents": (ConsentAnswer(code="marketing", granted=True, at=NOON),)}
            ),
        ),
    ],
    ids=[
        "sign-up",
        "after sign-up",
        "opt-out",
        "erasure",
        "address",
        "former address",
        "id",
        "state",
        "order",
        "consent",
    ],
)
def test_what_must_stay_two_stays_two(older: StoreEvent, newer: StoreEvent) -> None:
    assert united(older, newer) is None


def test_a_birth_date_that_can_not_be_true_does_not_hide_one_that_can() -> None:
    found = united(event(birth_date="1984-03-17"), event(minute=1, birth_date="0000-00-00"))

    assert found
    assert found.person.birth_date == "1984-03-17"


TEXTS = st.sampled_from([None, "", "a", "b"])
CUSTOMERS = st.fixed_dictionaries(
    {},
    optional={
        "id": st.sampled_from([None, "7"]),
        "first_name": TEXTS,
        "last_name": TEXTS,
        "phone": st.sampled_from([None, "600100200", "601"]),
        "company": TEXTS,
        "address": st.none() | st.builds(dict, city=TEXTS, street=TEXTS, region=TEXTS),
        "state": st.sampled_from([None, "PARTNER", "CUSTOMER"]),
        "birth_date": st.sampled_from([None, "1984-03-17", "0000-00-00", "1990-01-02"]),
        "created_at": st.sampled_from([None, NOON - timedelta(days=1), NOON - timedelta(days=2)]),
        "language": st.sampled_from([None, "en", "de", "nonsense"]),
        "properties": st.dictionaries(st.sampled_from(["x", "y"]), st.sampled_from(["1", "2"])),
    },
)
KINDS = st.sampled_from(sorted(UNITABLE))


def card(*events: StoreEvent) -> dict[str, Any]:
    """The contact after these events, one request after the other: what a request leaves out stays as it was."""
    known: Known | None = None
    fields: dict[str, Any] = {}
    for told in events:
        mapped = contact_upsert(told, rules=RULES, known=known, bought=False, opt_in=OptIn.LEAVE)
        wire = mapped.request.to_wire()
        contact = wire.pop("contact")
        address = contact.pop("address", {})
        properties = wire.pop("properties", {})
        dated = {item["name"]: item["value"] for item in wire.pop("dictionaryProperties", [])}
        fields |= {**contact, **wire, **address, **properties, **dated}
        known = Known(
            "id-1",
            "ewa@example.com",
            Status.OPT_IN,
            NOON,
            is_customer=mapped.request.state == "CUSTOMER" or (known is not None and known.is_customer),
            told_at=told.occurred_at,
            sent=True,
        )
    return fields


@given(first=CUSTOMERS, second=CUSTOMERS, kinds=st.tuples(KINDS, KINDS))
def test_united_they_make_the_same_contact_as_one_after_the_other(first, second, kinds) -> None:
    older, newer = event(kinds[0], **first), event(kinds[1], minute=1, **second)

    both = united(older, newer)

    is_demoted = first.get("state") == "CUSTOMER" and second.get("state") == "PARTNER"
    assert (both is None) is is_demoted
    if both:
        assert card(both) == card(older, newer)
