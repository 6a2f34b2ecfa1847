"""The HTTP door of imports."""

import json

import pytest
from django.test import Client

from ebexo.history.models import Import
from ebexo.history.states import Counts

pytestmark = pytest.mark.django_db
NDJSON = "application/x-ndjson"


@pytest.fixture
def call(store):
    """A call with the store's key; the answer."""

    def made(method, path, lines=(), *, body=None, content_type=NDJSON, key=store.api_key):
        raw = body if body is not None else "".join(json.dumps(line) + "\n" for line in lines).encode()
        return Client().generic(
            method,
            f"/api/v1{path}",
            raw,
            content_type=content_type,
            headers={"Authorization": f"Bearer {key}"} if key else None,
        )

    return made


@pytest.fixture
def change(call):
    def to(number, state, **options):
        body = json.dumps({"state": state}).encode()
        return call("PATCH", f"/imports/{number}", body=body, content_type="application/json", **options)

    return to


def test_import_is_told_and_runs(call, a_customer, work_off, queued):
    answer = call("POST", "/imports?kind=customers", [a_customer(1), a_customer(2), a_customer(1)])

    assert answer.status_code == 201
    told = answer.json()
    number = told.pop("id")
    assert (told["kind"], told["source"], told["state"], told["rows"], told["position"]) == (
        "customers",
        "api",
        "running",
        3,
        0,
    )
    work_off()
    told = call("GET", f"/imports/{number}").json()
    nothing: dict[str, int] = {}
    assert told["counts"] == {
        "new": 2,
        "already_sent": 0,
        "duplicates": 1,
        "withheld": nothing,
        "invalid": nothing,
    }
    assert (told["position"], told["waiting"]) == (3, 2)
    assert told["examples"] == [
        {
            "row": 3,
            "verdict": "duplicate",
            "code": "",
            "field": "",
            "text": "Row 1 of the same import is about the same.",
        }
    ]
    assert queued() == ["1", "2"]


def test_rehearsal_waits_to_be_started(call, change, a_customer, work_off, queued):
    number = call("POST", "/imports?kind=customers&rehearse=true", [a_customer(1)]).json()["id"]
    work_off()

    rehearsed = call("GET", f"/imports/{number}").json()
    assert (rehearsed["state"], rehearsed["counts"]["new"], queued()) == ("rehearsed", 1, [])
    assert rehearsed["started_at"] is None

    assert change(number, "running").json()["state"] == "running"
    work_off()
    assert queued() == ["1"]


def test_lines_of_several_calls_are_one_import(call, a_customer, work_off, queued):
    first = call("POST", "/imports?kind=customers&complete=false", [a_customer(1), a_customer(2)])
    number = first.json()["id"]
    assert (first.status_code, first.json()["state"]) == (201, "receiving")
    work_off()
    assert queued() == []

    call("POST", f"/imports?append_to={number}&complete=false", [a_customer(2), a_customer(3)])
    last = call("POST", f"/imports?append_to={number}")
    work_off()

    assert (last.status_code, last.json()["rows"], last.json()["state"]) == (201, 4, "running")
    assert Import.objects.get().numbers == Counts(new=3, duplicates=1)
    assert queued() == ["1", "2", "4"]


def test_what_is_complete_takes_no_more_lines(call, a_customer):
    number = call("POST", "/imports?kind=customers", [a_customer(1)]).json()["id"]

    answer = call("POST", f"/imports?append_to={number}", [a_customer(2)])

    assert (answer.status_code, answer.json()["detail"]) == (409, "This import takes no more lines.")


def test_import_is_paused_resumed_and_cancelled(call, change, a_customer, work_off, queued):
    number = call("POST", "/imports?kind=customers", [a_customer(number) for number in range(250)]).json()[
        "id"
    ]
    work_off(at_most=1)

    assert change(number, "paused").json()["state"] == "paused"
    work_off()
    assert len(queued()) == 100
    assert change(number, "running").json()["state"] == "running"
    work_off(at_most=1)
    assert len(queued()) == 200
    assert change(number, "cancelled").json()["state"] == "cancelled"
    work_off()

    assert queued() == []
    told = call("GET", f"/imports/{number}").json()
    assert (told["state"], told["position"], told["waiting"]) == ("cancelled", 200, 0)


@pytest.mark.parametrize(("before", "wanted"), [("cancelled", "running"), ("cancelled", "paused")])
def test_what_has_ended_can_not_go_on(call, change, a_customer, before, wanted):
    number = call("POST", "/imports?kind=customers", [a_customer(1)]).json()["id"]
    change(number, before)

    answer = change(number, wanted)

    assert answer.status_code == 409
    assert answer.json()["detail"] == f"An import that is {before} can't become {wanted}."


def test_import_of_another_store_is_not_there(call, change, a_customer, other_store):
    number = call("POST", "/imports?kind=customers&complete=false", [a_customer(1)]).json()["id"]
    key = other_store.api_key

    answers = [
        call("GET", f"/imports/{number}", key=key),
        call("POST", f"/imports?append_to={number}", [a_customer(2)], key=key),
        change(number, "cancelled", key=key),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert (Import.objects.get().state, Import.objects.get().rows) == ("receiving", 1)


@pytest.mark.parametrize(
    ("path", "options", "status"),
    [
        ("/imports?kind=customers", {"key": ""}, 401),
        ("/imports?kind=customers", {"key": "ek_wrong"}, 401),
        ("/imports", {}, 422),
        ("/imports?kind=carts", {}, 422),
        ("/imports?kind=customers", {"content_type": "application/json"}, 415),
        ("/imports?kind=customers", {"body": b" \n"}, 400),
        ("/imports?kind=customers", {"body": b"x" * 1_000_001}, 413),
        ("/imports?append_to=77", {}, 404),
        ("/imports?append_to=0", {}, 422),
    ],
)
def test_call_that_can_not_be_right_is_turned_down_and_changes_nothing(
    call, a_customer, path, options, status
):
    answer = call("POST", path, [a_customer(1)], **options)

    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert not Import.objects.exists()


def test_lines_that_can_not_be_read_are_named(call, work_off):
    body = b'{"type": "cart.product_added"}\nnot json\n{"customer": {"email": "nobody"}}\n'
    number = call("POST", "/imports?kind=customers", body=body).json()["id"]
    work_off()

    told = call("GET", f"/imports/{number}").json()

    assert told["counts"]["invalid"] == {"email": 1, "not_json": 1, "other_kind": 1}
    assert [(one["row"], one["field"], one["text"]) for one in told["examples"]] == [
        (1, "type", "The event is of another kind than this file is for."),
        (2, "", "The line is not a JSON object in UTF-8."),
        (3, "customer.email", "This is not an e-mail address."),
    ]
