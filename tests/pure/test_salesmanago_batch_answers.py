import json
from typing import Any

import pytest

from salesmanago import (
    BadCredentials,
    ContactsQueued,
    ContactsUpserted,
    ContactUpsert,
    EventsAdded,
    JobStatus,
    OutcomeUnknown,
    Refused,
)
from salesmanago.answers.account import job_status
from salesmanago.answers.answer import Answer
from salesmanago.answers.batch import contacts_queued, contacts_upserted, events_added
from salesmanago.messages.batch import contact_batch
from salesmanago.redaction import Redaction

NOTHING_HIDDEN = Redaction()
SENT = contact_batch(
    [
        ContactUpsert(email="Jan@example.com"),
        ContactUpsert(email="ola@example.com", new_email="ola.lis@example.com"),
        ContactUpsert(email="ewa@example.com"),
    ],
    fire_events=False,
)["upsertDetails"]


def answer(**fields: Any) -> Answer:
    return Answer(status=200, body=json.dumps({"success": True, "message": [], **fields}).encode())


def test_batch_names_the_contact_id_by_email_and_the_contacts_that_are_missing() -> None:
    given = answer(
        message=["ewa@example.com has no such domain"],
        contactIds={"JAN@example.com": "id-jan", "ola.lis@example.com": "id-ola", "else@example.com": "id"},
    )

    upserted = contacts_upserted(given, NOTHING_HIDDEN, sent=SENT)

    assert upserted == ContactsUpserted(
        contact_ids={"jan@example.com": "id-jan", "ola@example.com": "id-ola"},
        missing=("ewa@example.com",),
        notes=("[e-mail] has no such domain",),
    )


def test_contact_that_is_named_without_an_id_is_missing() -> None:
    given = answer(contactIds={"jan@example.com": None, "ola@example.com": "id-ola", "ewa@example.com": ""})

    upserted = contacts_upserted(given, NOTHING_HIDDEN, sent=SENT)

    assert upserted.missing == ("jan@example.com", "ewa@example.com")


def test_refusal_that_names_contacts_all_the_same_is_read_item_by_item() -> None:
    given = answer(success=False, message=["Some failed"], contactIds={"jan@example.com": "id-jan"})

    upserted = contacts_upserted(given, NOTHING_HIDDEN, sent=SENT)

    assert upserted == ContactsUpserted(
        contact_ids={"jan@example.com": "id-jan"},
        missing=("ola@example.com", "ewa@example.com"),
        notes=("Some failed",),
    )


@pytest.mark.parametrize("detail", [{}, {"contactIds": None}, {"contactIds": {}}, {"contactIds": []}])
def test_contact_batch_refused_without_detail_is_refused(detail: dict[str, Any]) -> None:
    given = answer(success=False, message=["Too many"], **detail)

    with pytest.raises(Refused) as failure:
        contacts_upserted(given, NOTHING_HIDDEN, sent=SENT)

    assert failure.value.vendor_message == "Too many"


@pytest.mark.parametrize("detail", [{}, {"contactIds": None}, {"contactIds": ["id-jan"]}])
def test_contact_batch_accepted_without_ids_is_of_unknown_outcome(detail: dict[str, Any]) -> None:
    with pytest.raises(OutcomeUnknown) as failure:
        contacts_upserted(answer(**detail), NOTHING_HIDDEN, sent=SENT)

    assert failure.value.reason == "unreadable"


@pytest.mark.parametrize("request_id", [48211907, "48211907", " 48211907 "])
def test_number_of_a_queued_batch_is_kept_as_text(request_id: Any) -> None:
    assert contacts_queued(answer(requestId=request_id), NOTHING_HIDDEN) == ContactsQueued("48211907")


@pytest.mark.parametrize("detail", [{}, {"requestId": None}, {"requestId": ""}, {"requestId": True}])
def test_queued_batch_without_a_number_is_of_unknown_outcome(detail: dict[str, Any]) -> None:
    with pytest.raises(OutcomeUnknown) as failure:
        contacts_queued(answer(**detail), NOTHING_HIDDEN)

    assert failure.value.reason == "no_request_id"


def test_events_of_a_batch_are_counted_and_failed_contacts_named() -> None:
    given = answer(createdAmount=1, failedAmount=2, failedContacts=["Jan@Example.com", "0D1F", None])

    added = events_added(given, NOTHING_HIDDEN)

    assert added == EventsAdded(
        created_amount=1, failed_amount=2, failed_contacts=("jan@example.com", "0D1F")
    )
    assert "jan@example.com" not in repr(added)


def test_events_that_all_arrived_name_no_failed_contact() -> None:
    added = events_added(answer(createdAmount=3, failedAmount=0), NOTHING_HIDDEN)

    assert added == EventsAdded(created_amount=3, failed_amount=0, failed_contacts=())


@pytest.mark.parametrize(
    ("detail", "read"),
    [
        (
            {"createdAmount": 0, "failedAmount": 1, "failedContacts": ["jan@example.com"]},
            EventsAdded(0, 1, ("jan@example.com",), notes=("No",)),
        ),
        ({"createdAmount": 1, "failedAmount": 1}, EventsAdded(1, 1, (), notes=("No",))),
    ],
)
def test_refusal_that_tells_what_became_of_the_events_is_an_answer(
    detail: dict[str, Any], read: EventsAdded
) -> None:
    assert events_added(answer(success=False, message=["No"], **detail), NOTHING_HIDDEN) == read


@pytest.mark.parametrize("detail", [{}, {"createdAmount": 0, "failedAmount": 2, "failedContacts": []}])
def test_event_batch_refused_without_detail_is_refused(detail: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        events_added(answer(success=False, **detail), NOTHING_HIDDEN)


def test_account_turned_away_stays_an_error_whatever_else_the_answer_counts() -> None:
    given = answer(success=False, message=["User not authenticated"], createdAmount=1, failedAmount=0)

    with pytest.raises(BadCredentials):
        events_added(given, NOTHING_HIDDEN)


@pytest.mark.parametrize(
    "detail", [{}, {"createdAmount": 1}, {"failedAmount": 0}, {"createdAmount": "1", "failedAmount": 0}]
)
def test_events_that_are_not_counted_are_of_unknown_outcome(detail: dict[str, Any]) -> None:
    with pytest.raises(OutcomeUnknown) as failure:
        events_added(answer(**detail), NOTHING_HIDDEN)

    assert failure.value.reason == "unreadable"


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        (
            {"message": ["In progress: 40 %"], "fileUrl": None},
            JobStatus(is_finished=False, progress=("In progress: 40 %",), file_url=None),
        ),
        ({"message": []}, JobStatus(is_finished=True, progress=(), file_url=None)),
        (
            {"message": [""], "fileUrl": "https://files.example/7"},
            JobStatus(is_finished=True, progress=(), file_url="https://files.example/7"),
        ),
    ],
)
def test_job_is_finished_when_nothing_more_is_said_of_it(fields: dict[str, Any], status: JobStatus) -> None:
    assert job_status(answer(**fields), NOTHING_HIDDEN) == status
