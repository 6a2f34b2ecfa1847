"""Each fault, seen by plain HTTP or on the bare socket."""

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.contract.conftest import Answer, RunningSandbox

EMAIL = "jan@example.com"
BODY = {"contact": {"email": EMAIL}, "forceOptOut": True}


def upserted(sandbox: "RunningSandbox") -> "Answer":
    return sandbox.post("/api/contact/upsert", {**sandbox.credentials(), **BODY})


def journal(sandbox: "RunningSandbox") -> dict[str, Any]:
    entry: dict[str, Any] = sandbox.get("/_sandbox/requests")["requests"][-1]
    return {name: entry[name] for name in ("status", "answer", "fault", "applied")}


def is_stored(sandbox: "RunningSandbox") -> bool:
    return sandbox.request("GET", f"/_sandbox/contacts/{EMAIL}").status == 200


def test_status_answers_with_that_status_and_does_nothing(sandbox: "RunningSandbox") -> None:
    sandbox.order_fault("status", status=503)

    answer = upserted(sandbox)

    refused = {"success": False, "message": ["Error 503"]}
    assert (answer.status, answer.json) == (503, refused)
    assert journal(sandbox) == {"status": 503, "answer": refused, "fault": "status", "applied": False}
    assert not is_stored(sandbox)


def test_html_answers_with_a_page(sandbox: "RunningSandbox") -> None:
    sandbox.order_fault("html", status=502)

    answer = upserted(sandbox)

    assert (answer.status, answer.headers["Content-Type"]) == (502, "text/html; charset=utf-8")
    assert answer.text.startswith("<!doctype html>")
    assert not is_stored(sandbox)


def test_empty_applies_and_says_nothing(sandbox: "RunningSandbox") -> None:
    sandbox.order_fault("empty")

    answer = upserted(sandbox)

    assert (answer.status, answer.text) == (200, "")
    assert journal(sandbox) == {"status": 200, "answer": "", "fault": "empty", "applied": True}
    assert is_stored(sandbox)


def test_bad_json_applies_and_answers_unreadably(sandbox: "RunningSandbox") -> None:
    sandbox.order_fault("bad_json")

    answer = upserted(sandbox)

    assert answer.status == 200
    with pytest.raises(json.JSONDecodeError):
        _ = answer.json
    assert is_stored(sandbox)


def test_latency_answers_late(sandbox: "RunningSandbox") -> None:
    sandbox.order_fault("latency", seconds=0.3)
    started = time.monotonic()

    answer = upserted(sandbox)

    assert answer.json["success"] is True
    assert 0.3 <= time.monotonic() - started < 1
    assert journal(sandbox)["fault"] == "latency"


def test_latency_adds_to_another_fault(sandbox: "RunningSandbox") -> None:
    sandbox.order_fault("latency", seconds=0.2)
    sandbox.order_fault("status", status=500)
    started = time.monotonic()

    answer = upserted(sandbox)

    assert (answer.status, journal(sandbox)["fault"]) == (500, "status")
    assert time.monotonic() - started >= 0.2


@pytest.mark.parametrize("applied", [True, False])
def test_hang_is_silent_until_the_connection_ends(sandbox: "RunningSandbox", *, applied: bool) -> None:
    sandbox.order_fault("hang", seconds=0.4, applied=applied)
    started = time.monotonic()

    with pytest.raises(ConnectionResetError):
        sandbox.raw(BODY)

    assert time.monotonic() - started >= 0.4
    assert journal(sandbox) == {"status": None, "answer": None, "fault": "hang", "applied": applied}
    assert is_stored(sandbox) is applied


def test_hanging_request_is_in_the_journal_at_once(sandbox: "RunningSandbox") -> None:
    sandbox.order_fault("hang", seconds=1)

    with pytest.raises(TimeoutError):
        sandbox.raw(BODY, timeout=0.2)

    assert journal(sandbox) == {"status": None, "answer": None, "fault": "hang", "applied": True}


@pytest.mark.parametrize("applied", [True, False])
def test_drip_sends_byte_by_byte(sandbox: "RunningSandbox", *, applied: bool) -> None:
    sandbox.order_fault("drip", seconds=0.5, applied=applied)
    started = time.monotonic()

    received = sandbox.raw(BODY)

    assert time.monotonic() - started >= 0.5
    answer = json.loads(received.partition(b"\r\n\r\n")[2])
    assert answer["success"] is applied
    assert is_stored(sandbox) is applied


def test_retry_after_asks_to_wait(sandbox: "RunningSandbox") -> None:
    sandbox.order_fault("retry_after", seconds=7)

    answer = upserted(sandbox)

    assert (answer.status, answer.headers["Retry-After"]) == (429, "7")
    assert not is_stored(sandbox)


@pytest.mark.parametrize(("fault", "applied"), [("reset_before", False), ("reset_after", True)])
def test_resets_cut_the_connection_without_a_byte(
    sandbox: "RunningSandbox", fault: str, *, applied: bool
) -> None:
    sandbox.order_fault(fault)

    with pytest.raises(ConnectionResetError):
        sandbox.raw(BODY)

    assert journal(sandbox) == {"status": None, "answer": None, "fault": fault, "applied": applied}
    assert is_stored(sandbox) is applied


def test_refuse_email_refuses_one_address_only(sandbox: "RunningSandbox") -> None:
    sandbox.order_fault("refuse_email", email="Jan@Example.com", times=1)

    other = sandbox.upsert("anna@example.com", forceOptOut=True)
    refused = sandbox.upsert(EMAIL)

    assert other["success"] is True
    assert refused == {"success": False, "message": ["Email refused: Jan@Example.com"]}
    assert not is_stored(sandbox)


def test_refuse_email_knows_the_contact_behind_an_id(sandbox: "RunningSandbox") -> None:
    contact_id = sandbox.upsert(EMAIL, forceOptOut=True)["contactId"]
    sandbox.order_fault("refuse_email", email=EMAIL)

    answer = sandbox.call("contact/upsert", contact={"contactId": contact_id, "name": "Jan"})

    assert answer["success"] is False
    assert sandbox.contact(EMAIL)["name"] is None


def test_message_string_is_the_right_answer_with_a_text(sandbox: "RunningSandbox") -> None:
    sandbox.order_fault("message_string")

    accepted = sandbox.upsert(EMAIL, forceOptOut=True)
    refused = sandbox.upsert("nobody")

    contact_id = sandbox.contact(EMAIL)["contactId"]
    assert accepted == {"success": True, "message": "OK", "contactId": contact_id, "externalId": None}
    assert refused == {"success": False, "message": "Invalid email"}


def test_no_contact_id_leaves_it_out(sandbox: "RunningSandbox") -> None:
    sandbox.order_fault("no_contact_id")

    answer = sandbox.upsert(EMAIL, forceOptOut=True)

    assert answer == {"success": True, "message": [], "externalId": None}
    assert is_stored(sandbox)


@pytest.mark.parametrize(
    ("fault", "message"),
    [("owner_inactive", "Not authenticated, invalid owner"), ("account_inactive", "Not authenticated")],
)
def test_inactive_owner_and_account_are_turned_away(
    sandbox: "RunningSandbox", fault: str, message: str
) -> None:
    sandbox.order_fault(fault)

    answer = upserted(sandbox)

    assert (answer.status, answer.json) == (200, {"success": False, "message": [message]})
    assert not is_stored(sandbox)


def test_big_body_is_valid_json_of_32_mebibytes(sandbox: "RunningSandbox") -> None:
    sandbox.order_fault("big_body")

    answer = upserted(sandbox)

    content = answer.json
    assert len(content.pop("padding")) == 32 * 1024 * 1024
    assert content == journal(sandbox)["answer"]
    assert is_stored(sandbox)


def test_redirect_points_to_a_place_where_a_follower_is_seen(sandbox: "RunningSandbox") -> None:
    sandbox.order_fault("redirect")

    answer = upserted(sandbox)

    assert (answer.status, answer.headers["Location"]) == (307, "/api/redirected")
    assert not is_stored(sandbox)


def test_fault_strikes_as_often_as_ordered_and_only_on_its_path(sandbox: "RunningSandbox") -> None:
    sandbox.order_fault("status", path="upsert", times=2)

    elsewhere = sandbox.post("/api/user/listByClient", sandbox.credentials()).status
    here = [upserted(sandbox).status for _ in range(3)]

    assert (elsewhere, here) == (200, [500, 500, 200])


def test_first_ordered_fault_strikes_first(sandbox: "RunningSandbox") -> None:
    sandbox.order_fault("status", status=500, times=1)
    sandbox.order_fault("status", status=503, times=1)

    assert [upserted(sandbox).status for _ in range(3)] == [500, 503, 200]


def test_rate_is_a_chance(sandbox: "RunningSandbox") -> None:
    sandbox.order_fault("status", rate=0.5)

    statuses = {upserted(sandbox).status for _ in range(60)}

    assert statuses == {200, 500}


def test_fault_of_rate_zero_never_strikes(sandbox: "RunningSandbox") -> None:
    sandbox.order_fault("status", rate=0)

    assert {upserted(sandbox).status for _ in range(20)} == {200}


def test_cleared_faults_strike_no_more(sandbox: "RunningSandbox") -> None:
    sandbox.order_fault("status")

    cleared = sandbox.request("DELETE", "/_sandbox/faults")

    assert (cleared.status, upserted(sandbox).status) == (204, 200)


@pytest.mark.parametrize(
    ("order", "field"),
    [
        ({}, "fault"),
        ({"fault": "earthquake"}, "fault"),
        ({"path": None}, "path"),
        ({"times": 0}, "times"),
        ({"times": "2"}, "times"),
        ({"times": True}, "times"),
        ({"rate": 1.1}, "rate"),
        ({"seconds": -1}, "seconds"),
        ({"fault": "status", "status": 99}, "status"),
        ({"fault": "status", "status": "503"}, "status"),
        ({"fault": "refuse_email"}, "email"),
        ({"applied": "yes"}, "applied"),
        ({"pth": "x"}, "pth"),
    ],
)
def test_bad_order_is_answered_with_the_name_of_the_field(
    sandbox: "RunningSandbox", order: dict[str, Any], field: str
) -> None:
    wanted = {"path": "x", "fault": "hang", **order} if order else {"path": "x"}

    answer = sandbox.post("/_sandbox/faults", wanted)

    assert answer.status == 400
    assert f"'{field}'" in answer.json["problem"]


def test_order_without_a_path_is_refused(sandbox: "RunningSandbox") -> None:
    answer = sandbox.post("/_sandbox/faults", {"fault": "hang"})

    assert answer.json == {"problem": "The field 'path' must be a text: a part of the request path."}


EVENT = {"date": 1767261600000, "contactExtEventType": "CART", "value": 7}
ITEMS = [{"contact": {"email": email}, "forceOptOut": True} for email in (EMAIL, "anna@example.com")]
EVENTS = [{"email": email, "contactEvent": EVENT} for email in (EMAIL, "anna@example.com")]


class TestBatchFailed:
    def test_first_contact_of_a_batch_has_no_id(self, sandbox: "RunningSandbox") -> None:
        sandbox.order_fault("batch_failed", path="/api/")

        answer = sandbox.call("contact/batchupsert", upsertDetails=ITEMS)

        anna = sandbox.contact("anna@example.com")["contactId"]
        assert answer == {"success": True, "message": [], "contactIds": {"anna@example.com": anna}}
        assert not is_stored(sandbox)
        assert journal(sandbox) == {
            "status": 200,
            "answer": answer,
            "fault": "batch_failed",
            "applied": True,
        }

    def test_job_tells_of_the_failed_contact(self, sandbox: "RunningSandbox") -> None:
        sandbox.order_fault("batch_failed", path="/api/")

        request_id = sandbox.call("contact/batchupsertv2", upsertDetails=ITEMS)["requestId"]

        problems = [item["problem"] for item in sandbox.get(f"/_sandbox/jobs/{request_id}")["results"]]
        assert problems == ["Not processed", None]

    @pytest.mark.parametrize(
        "method", ["contact/batchAddContactExtEvent", "v2/contact/addBatchContactExtEvent"]
    )
    def test_events_of_one_address_fail(self, sandbox: "RunningSandbox", method: str) -> None:
        sandbox.order_fault("batch_failed", path="ContactExtEvent", email="Anna@example.com")

        answer = sandbox.call(method, events=EVENTS)

        assert answer == {
            "success": True,
            "message": [],
            "createdAmount": 1,
            "failedAmount": 1,
            "failedContacts": ["anna@example.com"],
        }
        assert [event["email"] for event in sandbox.get("/_sandbox/events")["events"]] == [EMAIL]

    def test_single_calls_and_batches_of_others_are_spared(self, sandbox: "RunningSandbox") -> None:
        sandbox.order_fault("batch_failed", path="", email="nobody@example.com", times=1)

        single = sandbox.upsert(EMAIL, forceOptOut=True)
        batch = sandbox.call("contact/batchupsert", upsertDetails=ITEMS)

        assert single["success"] is True
        assert len(batch["contactIds"]) == 2
        assert len(sandbox.get("/_sandbox/feed")["faults"]) == 1


@pytest.mark.parametrize("named_by", ["eventId", "value", "items"])
def test_refuse_email_finds_the_address_wherever_it_hides(sandbox: "RunningSandbox", named_by: str) -> None:
    sandbox.upsert(EMAIL, forceOptOut=True)
    event_id = sandbox.call("contact/addContactExtEvent", email=EMAIL, contactEvent=EVENT)["eventId"]
    sandbox.order_fault("refuse_email", path="/api/", email=EMAIL)

    answer = {
        "eventId": lambda: sandbox.call("contact/deleteContactExtEvent", eventId=event_id),
        "value": lambda: sandbox.call(
            "contact/batchDelete", contacts=[{"addresseeType": "EMAIL", "value": EMAIL}]
        ),
        "items": lambda: sandbox.call("contact/batchupsert", upsertDetails=[{"contact": {"email": EMAIL}}]),
    }[named_by]()

    assert answer == {"success": False, "message": [f"Email refused: {EMAIL}"]}
