"""How the status of a contact moves, as a table."""

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.contract.conftest import RunningSandbox

EMAIL = "jan@example.com"
IN = {"forceOptIn": True, "forceOptOut": False}
OUT = {"forceOptIn": False, "forceOptOut": True}
BOTH = {"forceOptIn": True, "forceOptOut": True}
NONE = {"forceOptIn": False, "forceOptOut": False}
DOI = {**IN, "useApiDoubleOptIn": True}

BEFORE: dict[str, dict[str, Any]] = {"opt_in": IN, "opt_out": OUT, "pending_doi": DOI}


@pytest.mark.parametrize(
    ("before", "flags", "after", "confirmations"),
    [
        # a new contact
        (None, {}, "opt_out", 0),
        (None, NONE, "opt_out", 0),
        (None, OUT, "opt_out", 0),
        (None, BOTH, "opt_out", 0),
        (None, IN, "opt_in", 0),
        (None, DOI, "pending_doi", 1),
        (None, {**BOTH, "useApiDoubleOptIn": True}, "opt_out", 0),
        (None, {**NONE, "useApiDoubleOptIn": True}, "opt_out", 0),
        # opted in
        ("opt_in", {}, "opt_in", 0),
        ("opt_in", NONE, "opt_in", 0),
        ("opt_in", IN, "opt_in", 0),
        ("opt_in", DOI, "opt_in", 0),
        ("opt_in", OUT, "opt_out", 0),
        ("opt_in", BOTH, "opt_out", 0),
        # opted out
        ("opt_out", NONE, "opt_out", 0),
        ("opt_out", IN, "opt_in", 0),
        ("opt_out", DOI, "pending_doi", 1),
        ("opt_out", OUT, "opt_out", 0),
        # asked to confirm
        ("pending_doi", NONE, "pending_doi", 1),
        ("pending_doi", IN, "opt_in", 1),
        ("pending_doi", DOI, "pending_doi", 2),
        ("pending_doi", OUT, "opt_out", 1),
        ("pending_doi", BOTH, "opt_out", 1),
    ],
)
def test_flags_move_the_email_status(
    sandbox: "RunningSandbox", before: str | None, flags: dict[str, bool], after: str, confirmations: int
) -> None:
    if before is not None:
        sandbox.upsert(EMAIL, **BEFORE[before])

    sandbox.upsert(EMAIL, **flags)

    contact = sandbox.contact(EMAIL)
    assert contact["email_status"] == after
    assert contact["phone_status"] == "opt_out"
    assert contact["optedOut"] is (after != "opt_in")
    assert len(contact["confirmations"]) == confirmations


@pytest.mark.parametrize(
    ("before", "opt_in", "opt_out", "after"),
    [
        (False, False, False, "opt_out"),
        (False, True, False, "opt_in"),
        (False, True, True, "opt_out"),
        (True, False, False, "opt_in"),
        (True, False, True, "opt_out"),
        (True, True, True, "opt_out"),
    ],
)
def test_phone_flags_move_the_phone_status_without_double_opt_in(
    sandbox: "RunningSandbox", *, before: bool, opt_in: bool, opt_out: bool, after: str
) -> None:
    sandbox.upsert(EMAIL, forceOptOut=True, forcePhoneOptIn=before)

    sandbox.upsert(EMAIL, forcePhoneOptIn=opt_in, forcePhoneOptOut=opt_out, useApiDoubleOptIn=True)

    contact = sandbox.contact(EMAIL)
    assert contact["phone_status"] == after
    assert contact["optedOutPhone"] is (after == "opt_out")
    assert contact["email_status"] == "opt_out"


def test_double_opt_in_counts_only_where_the_account_has_it(sandbox: "RunningSandbox") -> None:
    sandbox.post("/_sandbox/accounts", {"clientId": "sandbox-client", "double_opt_in": False})

    sandbox.upsert(EMAIL, **DOI)

    contact = sandbox.contact(EMAIL)
    assert (contact["email_status"], contact["confirmations"]) == ("opt_in", [])


def test_confirmation_email_is_recorded(sandbox: "RunningSandbox") -> None:
    sandbox.upsert(EMAIL, **DOI, doubleOptInEmailId="mail-7", doubleOptInLanguage="PL")

    (confirmation,) = sandbox.contact(EMAIL)["confirmations"]
    assert {**confirmation, "at": None} == {
        "at": None,
        "email": EMAIL,
        "doubleOptInEmailId": "mail-7",
        "doubleOptInLanguage": "PL",
    }


@pytest.mark.parametrize(
    ("action", "before", "after"),
    [
        ("confirm", "pending_doi", "opt_in"),
        ("confirm", "opt_in", "opt_in"),
        ("confirm", "opt_out", "opt_out"),
        ("unsubscribe", "opt_in", "opt_out"),
        ("unsubscribe", "opt_out", "opt_out"),
        ("unsubscribe", "pending_doi", "pending_doi"),
    ],
)
def test_links_in_emails_move_the_email_status(
    sandbox: "RunningSandbox", action: str, before: str, after: str
) -> None:
    sandbox.upsert(EMAIL, **BEFORE[before])

    answer = sandbox.post(f"/_sandbox/{action}/{EMAIL}")

    assert (answer.status, answer.text) == (204, "")
    assert sandbox.contact(EMAIL)["email_status"] == after


@pytest.mark.parametrize(
    ("flags", "warnings"),
    [
        (NONE, ["The contact jan@example.com was created without an explicit flag; it is opted out."]),
        (BOTH, ["forceOptIn and forceOptOut were both true; opting out wins."]),
        (
            {**OUT, "forcePhoneOptIn": True, "forcePhoneOptOut": True},
            ["forcePhoneOptIn and forcePhoneOptOut were both true; opting out wins."],
        ),
        (OUT, []),
    ],
)
def test_doubtful_flags_are_warned_of(
    sandbox: "RunningSandbox", flags: dict[str, bool], warnings: list[str]
) -> None:
    sandbox.upsert(EMAIL, **flags)

    found = sandbox.get("/_sandbox/warnings")["warnings"]

    assert [warning["what"] for warning in found] == warnings
    assert {warning["path"] for warning in found} <= {"/api/contact/upsert"}


def test_known_contact_without_flags_is_not_warned_of(sandbox: "RunningSandbox") -> None:
    sandbox.upsert(EMAIL, **OUT)

    sandbox.upsert(EMAIL, **NONE)

    assert sandbox.get("/_sandbox/warnings") == {"warnings": []}


def test_history_tells_the_story_of_a_contact(sandbox: "RunningSandbox") -> None:
    sandbox.upsert(EMAIL, **DOI)
    sandbox.upsert(EMAIL, contact={"email": EMAIL, "name": "Jan"}, tags=["vip"])
    sandbox.upsert(EMAIL)
    sandbox.post(f"/_sandbox/confirm/{EMAIL}")

    history = sandbox.contact(EMAIL)["history"]

    assert [set(entry) for entry in history] == [{"at", "what"}] * 6
    assert [entry["what"] for entry in history] == [
        "Created through the API.",
        "A confirmation e-mail was sent to jan@example.com.",
        "The e-mail status changed from opt_out to pending_doi.",
        "Changed through the API: name, tags.",
        "The confirmation link was opened.",
        "The e-mail status changed from pending_doi to opt_in.",
    ]
