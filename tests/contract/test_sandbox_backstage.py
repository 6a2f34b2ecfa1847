"""The backstage: what happened, and starting anew."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.contract.conftest import RunningSandbox

EMAIL = "jan+shop@example.com"


def test_requests_are_listed_oldest_first_with_their_answers(sandbox: "RunningSandbox") -> None:
    upsert = sandbox.upsert(EMAIL, forceOptOut=True)
    has = sandbox.call("contact/hasContact", email=EMAIL)

    requests = sandbox.get("/_sandbox/requests")["requests"]

    fields = {"at", "method", "path", "body", "status", "answer", "fault", "applied"}
    assert [set(entry) for entry in requests] == [fields, fields]
    assert [entry["path"] for entry in requests] == ["/api/contact/upsert", "/api/contact/hasContact"]
    assert [entry["answer"] for entry in requests] == [upsert, has]
    assert [(entry["status"], entry["fault"], entry["applied"]) for entry in requests] == [
        (200, None, True)
    ] * 2
    assert requests[0]["body"] == {
        **sandbox.credentials(),
        "contact": {"email": EMAIL},
        "forceOptOut": True,
    }
    assert datetime.fromisoformat(requests[0]["at"]) <= datetime.fromisoformat(requests[1]["at"])


def test_bodies_that_are_no_json_are_shown_as_text(sandbox: "RunningSandbox") -> None:
    sandbox.post("/api/contact/upsert", "żart {")
    sandbox.request("GET", "/api/contact/upsert")

    requests = sandbox.get("/_sandbox/requests")["requests"]

    assert [(entry["method"], entry["body"], entry["status"]) for entry in requests] == [
        ("POST", "żart {", 400),
        ("GET", None, 405),
    ]


def test_contact_is_shown_alone_and_in_the_list(sandbox: "RunningSandbox") -> None:
    sandbox.upsert(EMAIL, forceOptOut=True)

    one = sandbox.get("/_sandbox/contacts/jan%2Bshop%40example.com")

    assert one["email"] == EMAIL
    assert sandbox.get("/_sandbox/contacts") == {"contacts": [one]}
    assert sandbox.contact(EMAIL.upper()) == one


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "contacts"), ("POST", "confirm"), ("POST", "unsubscribe")],
)
def test_unknown_contact_is_not_found(sandbox: "RunningSandbox", method: str, path: str) -> None:
    answer = sandbox.request(method, f"/_sandbox/{path}/nobody@example.com")

    assert answer.status == 404
    assert answer.json == {"problem": "There is no contact with the address nobody@example.com."}


def test_reset_forgets_everything(sandbox: "RunningSandbox") -> None:
    sandbox.upsert(EMAIL, forceOptOut=True)
    sandbox.order_fault("status")
    sandbox.post("/_sandbox/accounts", {"clientId": "sandbox-client", "active": False})
    sandbox.post("/_sandbox/callbacks", {"opt_in": "http://shop.example/?e=$email$"})
    sandbox.request("GET", "/api/r.gif?smid=sandbox-client")

    answer = sandbox.post("/_sandbox/reset")

    assert (answer.status, answer.text) == (204, "")
    assert sandbox.get("/_sandbox/contacts") == {"contacts": []}
    assert sandbox.get("/_sandbox/requests") == {"requests": []}
    assert sandbox.get("/_sandbox/visits") == {"visits": []}
    assert sandbox.get("/_sandbox/callbacks") == {"opt_in": None, "opt_out": None, "sent": []}
    assert sandbox.upsert(EMAIL, forceOptOut=True)["success"] is True


def test_reset_may_keep_accounts_and_callbacks(sandbox: "RunningSandbox") -> None:
    template = "http://shop.example/?e=$email$"
    sandbox.post("/_sandbox/callbacks", {"opt_out": template})
    sandbox.upsert(EMAIL, forceOptOut=True)

    sandbox.post("/_sandbox/reset?keep_settings=1")

    assert sandbox.get("/_sandbox/callbacks")["opt_out"] == template
    assert sandbox.get("/_sandbox/contacts") == {"contacts": []}


def test_account_is_created_and_changed(sandbox: "RunningSandbox") -> None:
    created = sandbox.post(
        "/_sandbox/accounts", {"clientId": "shop-2", "apiSecret": "secret-2", "owners": ["a@shop2.example"]}
    )
    changed = sandbox.post("/_sandbox/accounts", {"clientId": "shop-2", "double_opt_in": False})

    account = {
        "clientId": "shop-2",
        "apiSecret": "secret-2",
        "owners": ["a@shop2.example"],
        "double_opt_in": True,
        "active": True,
    }
    assert (created.status, created.json) == (201, account)
    assert (changed.status, changed.json) == (201, {**account, "double_opt_in": False})


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("accounts", {}, "clientId"),
        ("accounts", {"clientId": "new", "owners": ["a@b.example"]}, "apiSecret"),
        ("accounts", {"clientId": "new", "apiSecret": "s"}, "owners"),
        ("accounts", {"clientId": "sandbox-client", "owners": "a@b.example"}, "owners"),
        ("accounts", {"clientId": "sandbox-client", "owners": []}, "owners"),
        ("accounts", {"clientId": "sandbox-client", "active": "no"}, "active"),
        ("accounts", {"clientId": "sandbox-client", "double_opt_in": None}, "double_opt_in"),
        ("accounts", {"clientId": "sandbox-client", "name": "x"}, "name"),
        ("callbacks", {"opt_in": 7}, "opt_in"),
        ("callbacks", {"opt_in": "ftp://shop.example/$email$"}, "opt_in"),
        ("callbacks", {"opt_out": "http://shop.example/"}, "opt_out"),
    ],
)
def test_bad_body_is_answered_with_the_name_of_the_field(
    sandbox: "RunningSandbox", path: str, body: dict[str, Any], field: str
) -> None:
    answer = sandbox.post(f"/_sandbox/{path}", body)

    assert answer.status == 400
    assert f"'{field}'" in answer.json["problem"]


@pytest.mark.parametrize("path", ["accounts", "callbacks", "faults"])
def test_body_that_is_no_object_is_refused(sandbox: "RunningSandbox", path: str) -> None:
    answer = sandbox.post(f"/_sandbox/{path}", "[]")

    assert (answer.status, answer.json) == (400, {"problem": "The body must be a JSON object."})


def test_feed_tells_only_what_is_new(sandbox: "RunningSandbox") -> None:
    sandbox.upsert("first@example.com", forceOptOut=True)
    first = sandbox.get("/_sandbox/feed")
    sandbox.upsert("second@example.com")

    second = sandbox.get(f"/_sandbox/feed?generation={first['generation']}&after={first['revision']}")
    anew = sandbox.get("/_sandbox/feed?generation=other&after=1000")

    assert [contact["email"] for contact in second["contacts"]] == ["second@example.com"]
    assert [request["number"] for request in second["requests"]] == [2]
    assert [warning["code"] for warning in second["requests"][0]["warnings"]] == ["no_flag"]
    assert second["totals"] == {"requests": 2, "contacts": 2, "findings": 1}
    assert [contact["email"] for contact in anew["contacts"]] == ["second@example.com", "first@example.com"]
