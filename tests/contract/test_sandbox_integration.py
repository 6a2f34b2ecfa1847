"""The call that the vendor's own plugins make."""

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.contract.conftest import RunningSandbox

EMAIL = "jan@example.com"
OWNER = "owner@shop.example"
CONTACT = {"owner": OWNER, "contact": {"email": EMAIL, "name": "Jan"}, "forceOptOut": True}
EVENT = {"date": 1767261600000, "contactExtEventType": "PURCHASE", "value": 7, "externalId": "order-1"}
WITH_EVENT = {"owner": OWNER, "email": EMAIL, "contactEvent": EVENT}


def sent(sandbox: "RunningSandbox", **parts: Any) -> Any:
    return sandbox.call("integration/upsert", owner=None, **parts)


def events(sandbox: "RunningSandbox") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = sandbox.get("/_sandbox/events")["events"]
    return found


def test_contact_and_event_come_together(sandbox: "RunningSandbox") -> None:
    answer = sent(sandbox, contactUpsertRequest=CONTACT, addContactExtEventRequest=WITH_EVENT)

    contact_id = sandbox.contact(EMAIL)["contactId"]
    assert answer == {
        "success": True,
        "message": [],
        "contactId": contact_id,
        "eventId": answer["eventId"],
    }
    assert events(sandbox) == [
        {"eventId": answer["eventId"], "contactId": contact_id, "email": EMAIL, **EVENT}
    ]
    assert sandbox.get("/_sandbox/warnings") == {"warnings": []}


def test_each_part_may_come_alone(sandbox: "RunningSandbox") -> None:
    contact = sent(sandbox, contactUpsertRequest=CONTACT)
    event = sent(sandbox, addContactExtEventRequest=WITH_EVENT)

    assert set(contact) == {"success", "message", "contactId"}
    assert set(event) == {"success", "message", "eventId"}


def test_event_with_an_id_is_changed(sandbox: "RunningSandbox") -> None:
    event_id = sent(sandbox, contactUpsertRequest=CONTACT, addContactExtEventRequest=WITH_EVENT)["eventId"]
    changed = {**EVENT, "eventId": event_id, "value": 8}

    answer = sent(sandbox, addContactExtEventRequest={**WITH_EVENT, "contactEvent": changed})

    assert answer["eventId"] == event_id
    assert [event["value"] for event in events(sandbox)] == [8]


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({}, "No email specified"),
        ({"contactUpsertRequest": []}, "Invalid contactUpsertRequest"),
        ({"contactUpsertRequest": {**CONTACT, "owner": None}}, "Not authenticated, not owner specified"),
        ({"contactUpsertRequest": {**CONTACT, "owner": "x@y.example"}}, "Not authenticated, invalid owner"),
        (
            {"addContactExtEventRequest": {**WITH_EVENT, "owner": ""}},
            "Not authenticated, not owner specified",
        ),
        (
            {"contactUpsertRequest": CONTACT, "addContactExtEventRequest": {"owner": OWNER, "email": EMAIL}},
            "No contactEvent specified",
        ),
        (
            {
                "contactUpsertRequest": CONTACT,
                "addContactExtEventRequest": {**WITH_EVENT, "contactEvent": {**EVENT, "eventId": "unknown"}},
            },
            "Event not found",
        ),
        (
            {
                "contactUpsertRequest": {"owner": OWNER, "contact": {"email": "nobody"}},
                "addContactExtEventRequest": WITH_EVENT,
            },
            "Invalid email",
        ),
    ],
)
def test_nothing_is_written_when_one_part_is_unusable(
    sandbox: "RunningSandbox", parts: dict[str, Any], message: str
) -> None:
    answer = sent(sandbox, **parts)

    assert answer == {"success": False, "message": [message]}
    assert sandbox.get("/_sandbox/contacts") == {"contacts": []}
    assert events(sandbox) == []
