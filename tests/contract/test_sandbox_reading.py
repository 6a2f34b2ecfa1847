"""Reading contacts through the vendor's methods."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.contract.conftest import RunningSandbox

JAN, ANNA = "jan@example.com", "anna@example.com"
BASIC = {
    "contactId", "email", "name", "phone", "fax", "company", "externalId", "score", "state", "optedOut",
    "optedOutPhone", "deleted", "invalid", "address", "birthdayYear", "birthdayMonth", "birthdayDay",
    "modifiedOn", "createdOn", "lastVisit",
}  # fmt: skip


def test_known_contact_is_there_with_its_id(sandbox: "RunningSandbox") -> None:
    contact_id = sandbox.upsert(JAN, forceOptOut=True)["contactId"]

    answer = sandbox.call("contact/hasContact", email=JAN.upper())

    assert answer == {"success": True, "message": [], "result": True, "contactId": contact_id}


def test_unknown_contact_is_not_there(sandbox: "RunningSandbox") -> None:
    answer = sandbox.call("contact/hasContact", email=JAN)

    assert answer == {"success": True, "message": [], "result": False, "contactId": None}


def test_contacts_are_read_by_email_and_unknown_ones_are_absent(sandbox: "RunningSandbox") -> None:
    sandbox.upsert(JAN, forceOptIn=True)
    sandbox.upsert(ANNA, forceOptOut=True)

    answer = sandbox.call("contact/basic", email=[ANNA, "nobody@example.com", JAN])

    assert (answer["success"], answer["message"]) == (True, [])
    assert [(one["email"], one["optedOut"]) for one in answer["contacts"]] == [(ANNA, True), (JAN, False)]
    assert all(set(one) == BASIC for one in answer["contacts"])


def test_contacts_are_read_by_id_and_unknown_ones_are_absent(sandbox: "RunningSandbox") -> None:
    contact_id = sandbox.upsert(JAN, forceOptIn=True)["contactId"]

    answer = sandbox.call("contact/basicById", id=["unknown", contact_id])

    assert [one["contactId"] for one in answer["contacts"]] == [contact_id]


def test_reading_asks_for_lists(sandbox: "RunningSandbox") -> None:
    by_email = sandbox.call("contact/basic", email=JAN)
    by_id = sandbox.call("contact/basicById")

    assert by_email == {"success": False, "message": ["No email specified"]}
    assert by_id == {"success": False, "message": ["No id specified"]}


def test_pending_contact_is_reported_as_opted_out(sandbox: "RunningSandbox") -> None:
    sandbox.upsert(JAN, forceOptIn=True, useApiDoubleOptIn=True)

    answer = sandbox.call("contact/basic", email=[JAN])

    assert answer["contacts"][0]["optedOut"] is True
