"""Removing and erasing contacts."""

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.contract.conftest import RunningSandbox

JAN, ANNA = "jan@example.com", "anna@example.com"
EVENT = {"date": 1767261600000, "contactExtEventType": "CART", "value": 7}
DONE = {"success": True, "message": [], "result": None}


def is_there(sandbox: "RunningSandbox", email: str) -> bool:
    return sandbox.request("GET", f"/_sandbox/contacts/{email}").status == 200


def test_removed_contact_is_marked_and_comes_back_with_the_next_write(sandbox: "RunningSandbox") -> None:
    before = sandbox.upsert(JAN, forceOptIn=True)["contactId"]

    answer = sandbox.call("contact/delete", email=JAN)
    removed = sandbox.call("contact/basic", email=[JAN])["contacts"][0]["deleted"]
    after = sandbox.upsert(JAN)["contactId"]

    assert answer == DONE
    assert removed is True
    assert after == before
    contact = sandbox.contact(JAN)
    assert (contact["deleted"], contact["email_status"]) == (False, "opt_in")
    assert [note["what"] for note in contact["history"][-2:]] == [
        "Removed through the API; the next write brings it back.",
        "The removed contact jan@example.com came back.",
    ]


def test_erased_contact_is_gone_with_its_events_and_is_new_the_next_time(sandbox: "RunningSandbox") -> None:
    before = sandbox.upsert(JAN, forceOptIn=True)["contactId"]
    sandbox.call("contact/addContactExtEvent", email=JAN, contactEvent=EVENT)
    first = sandbox.get("/_sandbox/feed")

    answer = sandbox.call("contact/delete", email=JAN, permanently=True)

    assert answer == DONE
    assert not is_there(sandbox, JAN)
    assert sandbox.get("/_sandbox/events") == {"events": []}
    feed = sandbox.get(f"/_sandbox/feed?generation={first['generation']}&after={first['revision']}")
    assert (feed["contacts"], feed["erased"], feed["totals"]["contacts"]) == ([], [before], 0)
    assert sandbox.upsert(JAN, forceOptOut=True)["contactId"] != before


def test_unknown_contact_is_not_removed(sandbox: "RunningSandbox") -> None:
    assert sandbox.call("contact/delete", email=JAN) == {"success": False, "message": ["Contact not found"]}
    assert sandbox.call("contact/delete") == {"success": False, "message": ["No email specified"]}


@pytest.mark.parametrize("kind", ["EMAIL", "email", "CONTACT_ID", "TAG"])
def test_many_are_removed_by_address_id_or_tag(sandbox: "RunningSandbox", kind: str) -> None:
    contact_id = sandbox.upsert(JAN, tags=["guest"], forceOptOut=True)["contactId"]
    sandbox.upsert(ANNA, forceOptOut=True)
    value = {"email": JAN, "contact_id": contact_id, "tag": "guest"}[kind.lower()]
    addressee = {"addresseeType": kind, "value": value}

    answer = sandbox.call("contact/batchDelete", contacts=[addressee, addressee])

    assert answer == DONE
    assert (sandbox.contact(JAN)["deleted"], sandbox.contact(ANNA)["deleted"]) == (True, False)


def test_unknown_addressees_are_passed_over(sandbox: "RunningSandbox") -> None:
    sandbox.upsert(JAN, forceOptOut=True)
    addressees = [{"addresseeType": "email", "value": email} for email in (ANNA, JAN)]

    answer = sandbox.call("contact/batchDelete", contacts=addressees, permanently=True)

    assert answer == DONE
    assert not is_there(sandbox, JAN)
    warnings = sandbox.get("/_sandbox/warnings")["warnings"]
    assert [warning["what"] for warning in warnings] == ["Nobody is meant by anna@example.com."]


@pytest.mark.parametrize(
    ("contacts", "message"),
    [
        (None, "No contacts specified"),
        ([], "No contacts specified"),
        ([{"addresseeType": "FUNNEL", "value": "x"}], "Invalid addresseeType"),
        (["jan@example.com"], "Invalid addresseeType"),
    ],
)
def test_unusable_addressees_are_refused(sandbox: "RunningSandbox", contacts: Any, message: str) -> None:
    answer = sandbox.call("contact/batchDelete", contacts=contacts)

    assert answer == {"success": False, "message": [message]}
