"""What an integration should not do, found in what it sent."""

from typing import TYPE_CHECKING, Any

import pytest

from salesmanago_sandbox import moments

if TYPE_CHECKING:
    from tests.contract.conftest import RunningSandbox

EMAIL = "jan@example.com"
HOUR = 60 * 60 * 1000


@pytest.fixture
def jan(sandbox: "RunningSandbox") -> None:
    sandbox.upsert(EMAIL, forceOptOut=True)


def add(sandbox: "RunningSandbox", kind: str, **fields: Any) -> Any:
    event = {"date": 1767261600000, "contactExtEventType": kind, "value": 7, **fields}
    return sandbox.call("v2/contact/addContactExtEvent", email=EMAIL, contactEvent=event)["eventId"]


def found(sandbox: "RunningSandbox") -> list[tuple[str, str]]:
    findings = sandbox.get("/_sandbox/findings")["findings"]
    assert all(set(finding) == {"at", "code", "what"} for finding in findings)
    return [(finding["code"], finding["what"]) for finding in findings]


def test_nothing_is_found_in_what_is_as_it_should_be(sandbox: "RunningSandbox", jan: None) -> None:
    add(sandbox, "CART")
    add(sandbox, "PURCHASE", externalId="order-1")
    add(sandbox, "RETURN", externalId="order-1")
    add(sandbox, "PURCHASE", externalId="order-2")

    assert found(sandbox) == []


def test_same_order_twice_is_found(sandbox: "RunningSandbox", jan: None) -> None:
    for _ in range(3):
        add(sandbox, "PURCHASE", externalId="order-1")

    assert found(sandbox) == [
        ("duplicate_event", "3 events of the type PURCHASE have the externalId order-1.")
    ]


def test_deleted_duplicate_is_no_longer_found(sandbox: "RunningSandbox", jan: None) -> None:
    event_ids = [add(sandbox, "PURCHASE", externalId="order-1") for _ in range(2)]

    sandbox.call("contact/deleteContactExtEvent", eventId=event_ids[0])

    assert found(sandbox) == []


def test_doubtful_requests_are_found_in_their_order(sandbox: "RunningSandbox") -> None:
    sandbox.upsert(EMAIL)
    sandbox.upsert(EMAIL, forceOptIn=True, forceOptOut=True)
    add(sandbox, "OTHER", detail1="x" * 256)

    assert found(sandbox) == [
        ("no_flag", "The contact jan@example.com was created without an explicit flag; it is opted out."),
        ("both_flags", "forceOptIn and forceOptOut were both true; opting out wins."),
        ("cut", "The value of contactEvent.detail1 was longer than 255 characters and was cut."),
    ]


def test_contact_that_only_an_event_created_is_found(sandbox: "RunningSandbox") -> None:
    add(sandbox, "CART")

    assert found(sandbox) == [
        ("created_by_event", "No contact had the address jan@example.com; the event created one.")
    ]


def test_cart_that_was_not_updated_for_twelve_hours_is_found(
    sandbox: "RunningSandbox", jan: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = add(sandbox, "CART")
    add(sandbox, "PURCHASE")
    now = moments.now_ms()

    monkeypatch.setattr(moments, "now_ms", lambda: now + 11 * HOUR)
    before = found(sandbox)
    monkeypatch.setattr(moments, "now_ms", lambda: now + 12 * HOUR)
    after = found(sandbox)

    assert before == []
    assert after == [("cart_left", f"The CART event {left} of jan@example.com was not updated for 12 hours.")]
