"""Every call on the vendor's API is checked in the same order."""

import hashlib
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.contract.conftest import RunningSandbox

ALL_WRONG = {"apiKey": None, "clientId": "stranger", "sha": "0" * 40, "owner": None}


def refused(message: str) -> dict[str, Any]:
    return {"success": False, "message": [message]}


TOO_DEEP = f'{{"a": {"[" * 100}{"]" * 100}}}'


@pytest.mark.parametrize(
    "body", ["", "{", "[]", '"text"', '{"a": NaN}', '{"a": 1e999}', '{"a": "\\ud800"}', TOO_DEEP]
)
def test_body_that_is_no_json_object_is_a_bad_request(sandbox: "RunningSandbox", body: str) -> None:
    answer = sandbox.post("/api/contact/upsert", body)

    assert (answer.status, answer.json) == (400, refused("Invalid JSON"))


def test_checks_come_in_the_documented_order(sandbox: "RunningSandbox") -> None:
    inactive = {"clientId": "sandbox-client", "active": False}
    sandbox.post("/_sandbox/accounts", inactive)
    right = sandbox.credentials()
    wrong = {**right, **ALL_WRONG}
    answers = []

    for repaired in ("nothing", "apiKey", "clientId", "sha"):
        wrong |= {repaired: right[repaired]} if repaired in right else {}
        answers.append(sandbox.post("/api/contact/hasContact", wrong))
    sandbox.post("/_sandbox/accounts", {**inactive, "active": True})
    answers.append(sandbox.post("/api/contact/hasContact", wrong))
    answers.append(sandbox.post("/api/contact/hasContact", {**wrong, "owner": "stranger@shop.example"}))
    answers.append(sandbox.post("/api/contact/hasContact", {**wrong, "owner": right["owner"]}))

    assert [answer.status for answer in answers] == [200] * 7
    assert [answer.json for answer in answers] == [
        refused("Api key not specified"),
        refused("Authorization failed. Wrong clientId"),
        refused("User not authenticated"),
        refused("Not authenticated"),
        refused("Not authenticated, not owner specified"),
        refused("Not authenticated, invalid owner"),
        refused("No email specified"),
    ]


def test_sha_is_compared_in_any_case(sandbox: "RunningSandbox") -> None:
    body = sandbox.credentials()

    answer = sandbox.post("/api/user/listByClient", {**body, "sha": body["sha"].upper()})

    assert answer.json["success"] is True


@pytest.mark.parametrize("request_time", [1767261600, "1767261600000", None, "yesterday"])
def test_request_time_is_not_looked_at(sandbox: "RunningSandbox", request_time: Any) -> None:
    answer = sandbox.call("user/listByClient", requestTime=request_time)

    assert answer["success"] is True


def test_users_are_listed_without_an_owner(sandbox: "RunningSandbox") -> None:
    body = sandbox.credentials()
    del body["owner"]

    answer = sandbox.post("/api/user/listByClient", body)

    assert answer.json == {"success": True, "message": [], "users": ["owner@shop.example"]}


def test_rejected_requests_are_in_the_journal_and_change_nothing(sandbox: "RunningSandbox") -> None:
    body = {**sandbox.credentials(sha="wrong"), "contact": {"email": "jan@example.com"}}

    sandbox.post("/api/contact/upsert", body)

    entry = sandbox.get("/_sandbox/requests")["requests"][0]
    assert {**entry, "at": None} == {
        "at": None,
        "method": "POST",
        "path": "/api/contact/upsert",
        "body": body,
        "status": 200,
        "answer": refused("User not authenticated"),
        "fault": None,
        "applied": False,
    }
    assert sandbox.get("/_sandbox/contacts") == {"contacts": []}


def test_faults_strike_only_authenticated_requests(sandbox: "RunningSandbox") -> None:
    sandbox.order_fault("status", times=1)

    stranger = sandbox.post("/api/contact/upsert", sandbox.credentials(sha="wrong"))
    known = sandbox.post("/api/contact/upsert", sandbox.credentials())

    assert (stranger.status, known.status) == (200, 500)


def test_methods_are_called_by_post_only(sandbox: "RunningSandbox") -> None:
    answer = sandbox.request("GET", "/api/contact/upsert")

    assert (answer.status, answer.headers["Allow"]) == (405, "POST")
    assert answer.json == refused("Method not allowed")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_unknown_method_is_not_found(sandbox: "RunningSandbox", method: str) -> None:
    answer = sandbox.request(method, "/api/contact/dance", sandbox.credentials())

    assert (answer.status, answer.json) == (404, refused("No such method"))


def test_accounts_do_not_see_each_others_contacts(sandbox: "RunningSandbox") -> None:
    other = {"clientId": "other", "apiSecret": "sandbox-secret", "owners": ["boss@other.example"]}
    sandbox.post("/_sandbox/accounts", other)
    sandbox.upsert("jan@example.com", forceOptOut=True)
    sha = hashlib.sha1(b"test-keyothersandbox-secret").hexdigest()

    answer = sandbox.call(
        "contact/hasContact", clientId="other", sha=sha, owner="boss@other.example", email="jan@example.com"
    )

    assert answer == {"success": True, "message": [], "result": False, "contactId": None}
