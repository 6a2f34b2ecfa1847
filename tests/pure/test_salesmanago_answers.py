import json
from datetime import UTC, datetime
from typing import Any

import pytest

from salesmanago import (
    BadCredentials,
    BasicContact,
    ContactUpserted,
    OutcomeUnknown,
    Refused,
    SalesmanagoError,
    Throttled,
    Unavailable,
)
from salesmanago.answers.account import users
from salesmanago.answers.answer import Answer
from salesmanago.answers.contact import basic_contacts, contact_upserted
from salesmanago.answers.retry_after import retry_after_seconds
from salesmanago.errors import UnknownReason
from salesmanago.redaction import Redaction

NOON = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
NOTHING_HIDDEN = Redaction()


def answer(content: Any, *, status: int = 200, retry_after: float | None = None) -> Answer:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return Answer(status=status, body=body, retry_after=retry_after)


def failure_of(given: Answer) -> SalesmanagoError:
    with pytest.raises(SalesmanagoError) as failure:
        contact_upserted(given, redaction=NOTHING_HIDDEN)
    assert failure.value.__cause__ is None
    assert failure.value.__context__ is None
    return failure.value


def test_upserted_contact_is_read() -> None:
    given = answer({"success": True, "message": [], "contactId": "6f0c6a0e", "externalId": "cust-10042"})

    upserted = contact_upserted(given, redaction=NOTHING_HIDDEN)

    assert upserted == ContactUpserted(contact_id="6f0c6a0e", external_id="cust-10042")


def test_remarks_beside_a_success_are_kept() -> None:
    given = answer({"success": True, "message": ["Consent unknown"], "contactId": "6f0c6a0e"}, status=201)

    upserted = contact_upserted(given, redaction=NOTHING_HIDDEN)

    assert upserted == ContactUpserted(
        contact_id="6f0c6a0e", external_id=None, http_status=201, notes=("Consent unknown",)
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("User not authenticated", "secret"),
        ("Not authenticated", "account"),
        ("Not authenticated, not owner specified", "owner"),
        ("Not authenticated, invalid owner", "owner"),
        (" not authenticated, invalid OWNER ", "owner"),
        ("Authorization failed. Wrong clientId", "client_id"),
        ("Authorization failed. Wrong Token", "secret"),
        ("Api key not specified", "secret"),
    ],
)
def test_text_about_the_account_names_the_field_to_put_right(text: str, problem: str) -> None:
    failure = failure_of(answer({"success": False, "message": ["Sorry.", text]}))

    assert isinstance(failure, BadCredentials)
    assert failure.problem == problem
    assert failure.http_status == 200
    assert failure.vendor_message == " ".join(f"Sorry.; {text}".split())


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"success": False, "message": ["No email specified"]}, "No email specified"),
        ({"success": False, "message": "Invalid email"}, "Invalid email"),
        ({"success": False, "message": ["one", 2, None, "two"]}, "one; two"),
        ({"success": False, "message": {"odd": "shape"}}, None),
        ({"success": False, "message": None}, None),
        ({"success": False}, None),
        ({"success": False, "message": ["No"], "values": {"phone": ["too long"]}}, "No; phone: too long"),
        ({"success": False, "message": ["bad\ud800\x00 text"]}, "bad text"),
        ({"success": False, "message": ["a" * 600]}, "a" * 500),
        ({"success": False, "message": ["jan.kowalski@example.com is odd"]}, "[e-mail] is odd"),
    ],
)
def test_other_failures_are_refusals_with_the_vendors_words(content: Any, message: str | None) -> None:
    failure = failure_of(answer(content))

    assert type(failure) is Refused
    assert (failure.http_status, failure.vendor_message) == (200, message)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b" \r\n", "empty"),
        (b'{"success": tru', "not_json"),
        (b"<html>Busy</html>", "not_json"),
        (b"\xff\xfe\xff", "not_json"),
        (b"[" * 100_000, "not_json"),
        ([], "not_object"),
        ("yes", "not_object"),
        ({}, "no_verdict"),
        ({"success": "true", "contactId": "6f0c6a0e"}, "no_verdict"),
        ({"success": True}, "no_contact_id"),
        ({"success": True, "contactId": " "}, "no_contact_id"),
        ({"success": True, "contactId": 7}, "no_contact_id"),
        ({"success": True, "contactId": "a\x00b"}, "no_contact_id"),
    ],
)
def test_unreadable_success_leaves_the_outcome_unknown(content: Any, reason: str | None) -> None:
    failure = failure_of(answer(content))

    assert isinstance(failure, OutcomeUnknown)
    assert (failure.reason, failure.http_status) == (reason, 200)


@pytest.mark.parametrize("reason", ["timeout", "truncated", "too_large"])
def test_success_that_did_not_arrive_whole_leaves_the_outcome_unknown(reason: UnknownReason) -> None:
    failure = failure_of(Answer(status=200, body=b"", broken=reason))

    assert isinstance(failure, OutcomeUnknown)
    assert failure.reason == reason


@pytest.mark.parametrize(
    ("status", "retry_after", "kind", "reason"),
    [
        (301, None, Unavailable, "redirect"),
        (302, None, Unavailable, "redirect"),
        (400, None, Refused, None),
        (401, None, Unavailable, "status"),
        (404, None, Unavailable, "status"),
        (408, None, Unavailable, "status"),
        (413, None, Refused, None),
        (429, None, Throttled, None),
        (429, 7.0, Throttled, None),
        (500, None, Unavailable, "status"),
        (500, 7.0, Unavailable, "status"),
        (502, None, OutcomeUnknown, "status"),
        (503, None, Unavailable, "status"),
        (503, 7.0, Throttled, None),
        (504, None, OutcomeUnknown, "status"),
        (524, None, OutcomeUnknown, "status"),
    ],
)
@pytest.mark.parametrize(
    "body", [b"", b"<h1>No</h1> such luck", b'{"success": true, "contactId": "6f0c6a0e"}']
)
def test_status_decides_where_it_is_no_success(
    status: int, retry_after: float | None, kind: type[SalesmanagoError], reason: str | None, body: bytes
) -> None:
    failure = failure_of(answer(body, status=status, retry_after=retry_after))

    assert type(failure) is kind
    assert getattr(failure, "reason", None) == reason
    assert (failure.http_status, failure.retry_after) == (status, retry_after)
    assert failure.vendor_message == ("No such luck" if b"<h1>" in body else None)


def test_status_of_a_refusal_still_names_wrong_credentials() -> None:
    failure = failure_of(answer({"success": False, "message": ["User not authenticated"]}, status=401))

    assert isinstance(failure, BadCredentials)
    assert failure.problem == "secret"


def test_status_decides_even_when_the_body_is_cut_off() -> None:
    failure = failure_of(Answer(status=503, body=b"", broken="timeout"))

    assert isinstance(failure, Unavailable)
    assert failure.reason == "status"


def test_broken_json_that_may_list_people_is_not_quoted() -> None:
    failure = failure_of(answer(b'{"contacts": [{"name": "Jan Kowalski", "phone'))

    assert failure.vendor_message is None


def test_basic_contacts_are_read() -> None:
    given = answer(
        {
            "success": True,
            "message": [],
            "contacts": [
                {
                    "contactId": "6f0c6a0e",
                    "name": "Jan Kowalski",
                    "email": "jan.kowalski@example.com",
                    "score": 12,
                    "state": "CUSTOMER",
                    "optedOut": False,
                    "optedOutPhone": True,
                    "deleted": False,
                    "invalid": True,
                    "externalId": None,
                    "modifiedOn": 1767261600512,
                    "createdOn": 1740045600000,
                    "lastVisit": None,
                }
            ],
        }
    )

    contacts = basic_contacts(given, redaction=NOTHING_HIDDEN)

    assert contacts == (
        BasicContact(
            contact_id="6f0c6a0e",
            email="jan.kowalski@example.com",
            name="Jan Kowalski",
            state="CUSTOMER",
            opted_out=False,
            opted_out_phone=True,
            deleted=False,
            invalid=True,
            external_id=None,
            created_at=1740045600000,
            modified_at=1767261600512,
        ),
    )


def test_unknown_emails_give_no_contacts() -> None:
    assert basic_contacts(answer({"success": True, "contacts": []}), redaction=NOTHING_HIDDEN) == ()


@pytest.mark.parametrize(
    "contacts",
    [
        None,
        {},
        ["6f0c6a0e"],
        [{"email": "jan@example.com", "optedOut": False, "optedOutPhone": False}],
        [{"contactId": "6f0c6a0e", "email": "jan@example.com", "optedOutPhone": False}],
        [{"contactId": "6f0c6a0e", "email": "jan@example.com", "optedOut": 0, "optedOutPhone": False}],
    ],
)
def test_contact_without_identity_or_permission_is_never_guessed(contacts: Any) -> None:
    with pytest.raises(OutcomeUnknown) as failure:
        basic_contacts(answer({"success": True, "contacts": contacts}), redaction=NOTHING_HIDDEN)

    assert (failure.value.reason, failure.value.http_status) == ("unreadable", 200)


def test_users_are_texts_or_objects() -> None:
    given = answer(
        {"success": True, "users": ["owner@shop.example", {"email": "ola@shop.example"}, {"id": 1}, None]}
    )

    assert users(given, redaction=NOTHING_HIDDEN) == ("owner@shop.example", "ola@shop.example")


def test_missing_list_of_users_is_not_taken_for_an_empty_one() -> None:
    with pytest.raises(OutcomeUnknown) as failure:
        users(answer({"success": True}), redaction=NOTHING_HIDDEN)

    assert failure.value.reason == "unreadable"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("nan", None),
        ("-5", None),
        ("٣", None),
        ("0", 0.0),
        (" 17 ", 17.0),
        ("1.5", 1.5),
        ("999999999", 3600.0),
        ("Thu, 01 Jan 2026 12:00:30 GMT", 30.0),
        ("Thu, 01 Jan 2026 12:00:30 -0000", 30.0),
        ("Thu, 01 Jan 2026 11:59:30 GMT", 0.0),
        ("Thu, 01 Jan 2099 12:00:00 GMT", 3600.0),
        ("Thu, 99 Jan 2026 12:00:30 GMT", None),
    ],
)
def test_retry_after_is_read_in_both_forms_and_capped(header: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(header, now=NOON) == seconds
