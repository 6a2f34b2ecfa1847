"""Reading contacts through the vendor's methods."""

import time
from typing import TYPE_CHECKING, Any

import pytest

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


def test_full_contact_has_everything_that_hangs_on_it(sandbox: "RunningSandbox") -> None:
    contact_id = sandbox.upsert(
        JAN,
        forceOptOut=True,
        province="małopolskie",
        tags=["vip"],
        properties={"group": "retail"},
        dictionaryProperties=[{"name": "orders", "type": "NUMBER", "value": "3"}],
    )["contactId"]

    by_email = sandbox.call("contact/list", email=[JAN, "nobody@example.com"])
    by_id = sandbox.call("contact/listById", contactId=[contact_id, "unknown"])

    (contact,) = by_email["contacts"]
    assert by_email == by_id
    basic = sandbox.call("contact/basic", email=[JAN])["contacts"][0]
    assert {name: value for name, value in contact.items() if name in basic} == {
        name: value for name, value in basic.items() if name != "contactId"
    }
    assert {name: value for name, value in contact.items() if name not in basic} == {
        "id": contact_id,
        "province": "małopolskie",
        "mainContactOwner": "owner@shop.example",
        "contactTags": [{"tag": "VIP"}],
        "properties": [{"name": "group", "value": "retail"}],
        "dictionaryProperties": [{"name": "orders", "type": "NUMBER", "value": "3"}],
        "consents": [],
        "contactExtEvents": [],
        "contactEvents": [],
        "contactVisits": [],
        "contactNotes": [],
        "contactTasks": [],
        "contactFunnels": [],
        "emailMessages": [],
        "incomingEmailMessages": [],
        "smsMessages": [],
        "coupons": [],
    }


def test_full_contacts_come_fifty_at_a_time(sandbox: "RunningSandbox") -> None:
    fifty = sandbox.call("contact/list", email=[JAN] * 50)
    by_email = sandbox.call("contact/list", email=[JAN] * 51)
    by_id = sandbox.call("contact/listById", contactId=["x"] * 51)

    refused = {"success": False, "message": ["Too many contacts: 51, at most 50"]}
    assert (fifty["success"], by_email, by_id) == (True, refused, refused)


class TestSpans:
    def test_created_and_changed_contacts_are_found(self, sandbox: "RunningSandbox") -> None:
        jan = sandbox.upsert(JAN, forceOptOut=True)["contactId"]
        anna = sandbox.upsert(ANNA, forceOptOut=True)["contactId"]
        changed_at = sandbox.contact(ANNA)["modifiedOn"]
        time.sleep(0.002)
        sandbox.upsert(JAN, tags=["vip"])
        span = {"from": changed_at + 1, "to": changed_at + 60_000}

        created = sandbox.call("contact/createdContacts", **{**span, "from": 0})
        modified = sandbox.call("contact/modifiedContacts", **span)

        both = [{"id": jan, "email": JAN}, {"id": anna, "email": ANNA}]
        assert created == {"success": True, "message": [], "createdContacts": both}
        assert modified == {"success": True, "message": [], "modifiedContacts": both[:1]}

    def test_pages_are_counted_from_one(self, sandbox: "RunningSandbox") -> None:
        for name in "abc":
            sandbox.upsert(f"{name}@example.com", forceOptOut=True)
        span = {"from": 0, "to": 2**53, "size": 2}

        pages = [sandbox.call("contact/paginatedModifiedContacts", **span, page=page) for page in (1, 2)]

        assert [[one["email"] for one in page["modifiedContacts"]] for page in pages] == [
            ["a@example.com", "b@example.com"],
            ["c@example.com"],
        ]
        assert [page["hasMore"] for page in pages] == [True, False]

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"from": None}, "Invalid date range"),
            ({"to": 0}, "Invalid date range"),
            ({"page": 0}, "Invalid page"),
            ({"size": 1001}, "Invalid size: at most 1000"),
        ],
    )
    def test_unusable_span_is_refused(
        self, sandbox: "RunningSandbox", change: dict[str, Any], message: str
    ) -> None:
        body = {"from": 1, "to": 2, "page": 1, "size": 10, **change}

        answer = sandbox.call("contact/paginatedModifiedContacts", **body)

        assert answer == {"success": False, "message": [message]}
