"""Where nobody knows what SALESmanago does, a switch decides."""

import time
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import pytest

from salesmanago_sandbox.switches import Switches

if TYPE_CHECKING:
    from tests.contract.conftest import RunningSandbox

EMAIL = "jan@example.com"
DEFAULTS = {
    "default_status": "opt_out",
    "both_flags": "opt_out",
    "unknown_contact": "create_optout",
    "contact_not_found_text": "Contact not found",
    "event_not_found_text": "Event not found",
    "unknown_client_text": "Authorization failed. Wrong clientId",
    "request_time": "lenient",
    "bad_json_status": 400,
    "requests_per_second": 0,
    "batch_limit": 1000,
    "job_polls": 1,
    "job_file": False,
    "async_delay": 0,
    "long_values": "cut",
    "empty_text": "ignore",
    "event_update": "replace",
    "events_read": 0,
    "product_problems": "refuse_all",
    "created_on": "ignore",
    "consents_move_status": False,
    "email_case": "insensitive",
    "api_change_callbacks": False,
    "phone_callbacks": False,
    "callback_retries": 0,
    "callback_email": "encoded",
}


def switch(sandbox: "RunningSandbox", **wanted: Any) -> None:
    assert sandbox.post("/_sandbox/switches", wanted).status == 200


def warnings(sandbox: "RunningSandbox") -> list[str]:
    return [warning["what"] for warning in sandbox.get("/_sandbox/warnings")["warnings"]]


def test_switches_are_shown_with_what_they_may_be_set_to(sandbox: "RunningSandbox") -> None:
    answer = sandbox.get("/_sandbox/switches")

    assert answer["switches"] == DEFAULTS
    known = {one["name"]: one for one in answer["known"]}
    assert list(known) == [field.name for field in fields(Switches)]
    assert known["unknown_contact"] == {
        "name": "unknown_contact",
        "kind": "choice",
        "choices": ["create_optout", "reject"],
        "default": "create_optout",
        "value": "create_optout",
    }
    assert known["batch_limit"] == {
        "name": "batch_limit",
        "kind": "number",
        "least": 1,
        "most": 1_000_000,
        "default": 1000,
        "value": 1000,
    }
    assert {one["kind"] for one in answer["known"]} == {"choice", "number", "flag", "text"}


def test_some_are_set_and_the_others_stay(sandbox: "RunningSandbox") -> None:
    sandbox.post("/_sandbox/switches", {"job_polls": 3})

    answer = sandbox.post("/_sandbox/switches", {"default_status": "opt_in", "job_file": True})

    wanted = {**DEFAULTS, "job_polls": 3, "default_status": "opt_in", "job_file": True}
    assert (answer.status, answer.json) == (200, {"switches": wanted})


def test_switches_are_reset_unless_settings_are_kept(sandbox: "RunningSandbox") -> None:
    switch(sandbox, email_case="sensitive")

    sandbox.post("/_sandbox/reset?keep_settings=1")
    kept = sandbox.get("/_sandbox/switches")["switches"]["email_case"]
    sandbox.post("/_sandbox/reset")

    assert (kept, sandbox.get("/_sandbox/switches")["switches"]) == ("sensitive", DEFAULTS)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"both_flags": "both"}, "The switch 'both_flags' must be one of 'opt_out', 'opt_in'."),
        ({"both_flags": ["opt_in"]}, "The switch 'both_flags' must be one of 'opt_out', 'opt_in'."),
        ({"batch_limit": 0}, "The switch 'batch_limit' must be a whole number from 1 to 1000000."),
        ({"batch_limit": True}, "The switch 'batch_limit' must be a whole number from 1 to 1000000."),
        ({"async_delay": 0.5}, "The switch 'async_delay' must be a whole number from 0 to 3600."),
        ({"job_file": 1}, "The switch 'job_file' must be true or false."),
        ({"event_not_found_text": ""}, "The switch 'event_not_found_text' must be a text that is not empty."),
        ({"speed": 7}, f"There is no switch 'speed'; there are {', '.join(DEFAULTS)}."),
    ],
)
def test_bad_value_is_refused_and_nothing_is_set(
    sandbox: "RunningSandbox", body: dict[str, Any], problem: str
) -> None:
    answer = sandbox.post("/_sandbox/switches", {"job_polls": 3, **body})

    assert (answer.status, answer.json) == (400, {"problem": problem})
    assert sandbox.get("/_sandbox/switches")["switches"] == DEFAULTS


class TestStatus:
    def test_new_contact_may_be_opted_in_by_default(self, sandbox: "RunningSandbox") -> None:
        switch(sandbox, default_status="opt_in")

        sandbox.upsert(EMAIL)
        sandbox.upsert("out@example.com", forceOptOut=True)

        assert sandbox.contact(EMAIL)["email_status"] == "opt_in"
        assert sandbox.contact("out@example.com")["email_status"] == "opt_out"
        assert warnings(sandbox) == [
            "The contact jan@example.com was created without an explicit flag; it is opted in."
        ]

    def test_opting_in_may_win(self, sandbox: "RunningSandbox") -> None:
        switch(sandbox, both_flags="opt_in")

        sandbox.upsert(EMAIL, forceOptIn=True, forceOptOut=True)

        assert sandbox.contact(EMAIL)["email_status"] == "opt_in"
        assert warnings(sandbox) == ["forceOptIn and forceOptOut were both true; opting in wins."]

    @pytest.mark.parametrize(
        ("consents", "flags", "status"),
        [
            ([{"consentName": "a", "consentAccept": True}], {}, "opt_in"),
            ([{"consentName": "a", "consentAccept": True}], {"forceOptOut": True}, "opt_out"),
            (
                [{"consentName": "a", "consentAccept": True}, {"consentName": "b", "optOut": True}],
                {},
                "opt_out",
            ),
            ([{"consentName": "a"}], {}, "opt_out"),
        ],
    )
    def test_consents_may_move_the_status(
        self, sandbox: "RunningSandbox", consents: list[Any], flags: dict[str, bool], status: str
    ) -> None:
        switch(sandbox, consents_move_status=True)

        sandbox.upsert(EMAIL, consentDetails=consents, **flags)

        assert sandbox.contact(EMAIL)["email_status"] == status


class TestTexts:
    def test_unknown_contact_and_event_have_the_texts_of_the_switches(
        self, sandbox: "RunningSandbox"
    ) -> None:
        switch(sandbox, contact_not_found_text="Who?", event_not_found_text="What?")

        contact = sandbox.call("contact/update", email=EMAIL)
        event = sandbox.call("contact/deleteContactExtEvent", eventId="unknown")

        assert (contact["message"], event["message"]) == (["Who?"], ["What?"])

    def test_unknown_client_has_the_text_of_the_switch(self, sandbox: "RunningSandbox") -> None:
        switch(sandbox, unknown_client_text="User not authenticated")

        answer = sandbox.call("user/listByClient", clientId="stranger")

        assert answer == {"success": False, "message": ["User not authenticated"]}

    def test_unreadable_body_has_the_status_of_the_switch(self, sandbox: "RunningSandbox") -> None:
        switch(sandbox, bad_json_status=200)

        answer = sandbox.post("/api/contact/upsert", "{")

        assert (answer.status, answer.json) == (200, {"success": False, "message": ["Invalid JSON"]})


class TestRequestTime:
    @pytest.mark.parametrize("away_ms", [0, 14 * 60_000, -14 * 60_000])
    def test_strict_takes_milliseconds_of_about_now(self, sandbox: "RunningSandbox", away_ms: int) -> None:
        switch(sandbox, request_time="strict")

        answer = sandbox.call("user/listByClient", requestTime=time.time_ns() // 1_000_000 + away_ms)

        assert answer["success"] is True

    @pytest.mark.parametrize(
        "request_time",
        [None, "now", True, int(time.time()), str(time.time_ns() // 1_000_000)],
        ids=["nothing", "word", "truth", "seconds", "text"],  # the same in every worker
    )
    def test_strict_refuses_everything_else(self, sandbox: "RunningSandbox", request_time: Any) -> None:
        switch(sandbox, request_time="strict")

        answer = sandbox.call("user/listByClient", requestTime=request_time)

        assert answer == {"success": False, "message": ["User not authenticated"]}

    @pytest.mark.parametrize("away_ms", [16 * 60_000, -16 * 60_000])
    def test_strict_refuses_another_time(self, sandbox: "RunningSandbox", away_ms: int) -> None:
        switch(sandbox, request_time="strict")

        answer = sandbox.call("user/listByClient", requestTime=time.time_ns() // 1_000_000 + away_ms)

        assert answer["success"] is False


def test_more_requests_than_allowed_are_asked_to_wait(sandbox: "RunningSandbox") -> None:
    switch(sandbox, requests_per_second=2)

    answers = [sandbox.post("/api/user/listByClient", sandbox.credentials()) for _ in range(3)]
    switch(sandbox, requests_per_second=0)
    free = sandbox.post("/api/user/listByClient", sandbox.credentials())

    assert [answer.status for answer in answers] == [200, 200, 429]
    assert answers[2].headers["Retry-After"] == "1"
    assert free.status == 200


def test_long_text_of_a_contact_may_be_refused_and_then_nothing_changes(sandbox: "RunningSandbox") -> None:
    switch(sandbox, long_values="reject")
    sandbox.upsert(EMAIL, forceOptOut=True)

    answer = sandbox.upsert(EMAIL, tags=["vip"], properties={"note": "x" * 256})

    assert answer == {"success": False, "message": ["Value too long: properties.note"]}
    assert sandbox.contact(EMAIL)["tags"] == []


def test_empty_text_may_clear_a_value(sandbox: "RunningSandbox") -> None:
    sandbox.upsert(
        EMAIL,
        contact={"email": EMAIL, "name": "Jan", "phone": "1", "address": {"city": "Kraków"}},
        province="małopolskie",
        birthday="0317",
        properties={"group": "retail", "shirt": "L"},
        forceOptOut=True,
    )
    switch(sandbox, empty_text="clear")

    sandbox.upsert(
        EMAIL,
        contact={"email": EMAIL, "name": "", "address": {"city": ""}, "state": ""},
        province="",
        birthday="",
        tags=[""],
        properties={"group": ""},
    )

    contact = sandbox.contact(EMAIL)
    assert (contact["name"], contact["phone"], contact["address"]["city"]) == (None, "1", None)
    assert (contact["province"], contact["birthdayMonth"]) == (None, None)
    assert (contact["properties"], contact["tags"]) == ({"shirt": "L"}, [])
    assert warnings(sandbox) == []


@pytest.mark.parametrize(("told", "is_taken"), [(1740045600000, True), ("yesterday", False), (True, False)])
def test_moment_of_creation_may_be_told(sandbox: "RunningSandbox", told: Any, *, is_taken: bool) -> None:
    sandbox.upsert("ignored@example.com", createdOn=1740045600000, forceOptOut=True)
    switch(sandbox, created_on="accept")

    sandbox.upsert(EMAIL, createdOn=told, forceOptOut=True)

    assert (sandbox.contact(EMAIL)["createdOn"] == told) is is_taken
    assert sandbox.contact("ignored@example.com")["createdOn"] != 1740045600000


def test_case_may_make_another_contact(sandbox: "RunningSandbox") -> None:
    switch(sandbox, email_case="sensitive")
    lower = sandbox.upsert(EMAIL, forceOptOut=True)["contactId"]
    upper = sandbox.upsert(EMAIL.upper(), forceOptOut=True)["contactId"]

    apart = sandbox.call("contact/basic", email=[EMAIL.upper()])["contacts"]
    switch(sandbox, email_case="insensitive")
    together = sandbox.call("contact/basic", email=[EMAIL.upper()])["contacts"]

    assert lower != upper
    assert [contact["contactId"] for contact in apart] == [upper]
    assert [contact["contactId"] for contact in together] == [lower]
