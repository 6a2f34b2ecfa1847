"""Methods that change one thing: tags, a status, monitoring."""

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.contract.conftest import RunningSandbox

JAN, ANNA = "jan@example.com", "anna@example.com"


@pytest.fixture
def jan(sandbox: "RunningSandbox") -> str:
    contact_id: str = sandbox.upsert(JAN, forceOptOut=True, tags=["shop"])["contactId"]
    return contact_id


def test_tags_are_added_and_removed_one_by_one(sandbox: "RunningSandbox", jan: str) -> None:
    added = sandbox.call("contact/addTag", email=JAN, tag="vip")
    removed = sandbox.call("contact/deleteTag", contactId=jan, tag="Shop")

    assert added == removed == {"success": True, "message": []}
    assert sandbox.contact(JAN)["tags"] == ["VIP"]


def test_tag_that_is_missing_is_refused(sandbox: "RunningSandbox", jan: str) -> None:
    assert sandbox.call("contact/addTag", email=JAN) == {"success": False, "message": ["No tag specified"]}


@pytest.mark.parametrize("method", ["contact/tags", "v2/contact/tags"])
def test_tags_are_counted(sandbox: "RunningSandbox", jan: str, method: str) -> None:
    sandbox.upsert(ANNA, forceOptOut=True, tags=["shop", "vip"])

    answer = sandbox.call(method, showSystemTags=False)

    assert answer["tags"] == [{"tag": "SHOP", "numberOfTagged": 2}, {"tag": "VIP", "numberOfTagged": 1}]


@pytest.mark.parametrize(
    ("methods", "email_status", "phone_status"),
    [
        (["optin"], "opt_in", "opt_out"),
        (["optin", "optout"], "opt_out", "opt_out"),
        (["phoneoptin"], "opt_out", "opt_in"),
        (["phoneoptin", "phoneoptout"], "opt_out", "opt_out"),
    ],
)
def test_statuses_are_moved_without_a_confirmation(
    sandbox: "RunningSandbox", jan: str, methods: list[str], email_status: str, phone_status: str
) -> None:
    for method in methods:
        answer = sandbox.call(f"contact/{method}", email=JAN, owner=None)
        assert answer == {"success": True, "message": [], "contactId": jan}

    contact = sandbox.contact(JAN)
    assert (contact["email_status"], contact["phone_status"]) == (email_status, phone_status)
    assert contact["confirmations"] == []


def test_confirmation_is_sent_on_demand(sandbox: "RunningSandbox", jan: str) -> None:
    answer = sandbox.call("email/sendConfirmation", email=JAN, lang="PL", templateId="mail-7", owner=None)

    contact = sandbox.contact(JAN)
    assert answer == {"success": True, "message": [], "contactId": jan}
    assert contact["email_status"] == "pending_doi"
    assert [{**sent, "at": None} for sent in contact["confirmations"]] == [
        {"at": None, "email": JAN, "doubleOptInEmailId": "mail-7", "doubleOptInLanguage": "PL"}
    ]


def test_who_is_opted_in_is_not_asked_to_confirm(sandbox: "RunningSandbox", jan: str) -> None:
    sandbox.call("contact/optin", email=JAN)

    sandbox.call("email/sendConfirmation", email=JAN)

    contact = sandbox.contact(JAN)
    assert (contact["email_status"], contact["confirmations"]) == ("opt_in", [])


def test_visits_of_a_contact_that_is_not_monitored_are_not_counted(
    sandbox: "RunningSandbox", jan: str
) -> None:
    addressees = [{"addresseeType": "EMAIL", "value": JAN}]
    visit = f"/api/r.gif?smid=sandbox-client&client={jan}"

    sandbox.call("contact/stopMonitoring", contacts=addressees)
    sandbox.request("GET", visit)
    stopped = sandbox.contact(JAN)["lastVisit"]
    sandbox.call("contact/restoreMonitoring", contacts=addressees)
    sandbox.request("GET", visit)

    contact = sandbox.contact(JAN)
    assert (stopped, contact["lastVisit"] is None) == (None, False)
    assert [note["what"] for note in contact["history"][-2:]] == [
        "Monitoring was stopped.",
        "Monitoring was taken up again.",
    ]


@pytest.mark.parametrize(
    ("method", "body"),
    [
        ("contact/addTag", {"tag": "vip"}),
        ("contact/deleteTag", {"tag": "vip"}),
        ("contact/optin", {}),
        ("contact/phoneoptout", {}),
        ("email/sendConfirmation", {}),
    ],
)
def test_unknown_contact_is_refused(sandbox: "RunningSandbox", method: str, body: dict[str, Any]) -> None:
    unknown = sandbox.call(method, email=JAN, **body)
    nobody = sandbox.call(method, **body)

    assert unknown == {"success": False, "message": ["Contact not found"]}
    assert nobody == {"success": False, "message": ["No email specified"]}
