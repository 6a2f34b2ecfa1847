"""Lists of store events: the good ones are accepted, the bad ones named, none loses another."""

import threading
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from typing import Any, cast

import pytest
from django.db import OperationalError, connection

from ebexo.ingest import lists
from ebexo.ingest.together import receive_together
from ebexo.outbox.models import Message

pytestmark = pytest.mark.django_db

INVALID = "The event can't be accepted."
CONFLICT = "Another event was told under this id before."


def ids():
    return list(Message.objects.order_by("pk").values_list("event_id", flat=True))


def test_a_list_is_accepted_whole_and_in_its_order(tell_door, an_event):
    numbers = [5, 3, 9, 1]

    answer = tell_door({"events": [an_event(number) for number in numbers]})

    assert (answer.status_code, answer.json()) == (202, {"accepted": 4, "duplicates": 0, "rejected": []})
    assert ids() == [f"event-{number}" for number in numbers]


def test_of_a_list_the_good_events_are_accepted_and_the_bad_ones_named(tell_door, an_event, a_problem):
    tell_door(an_event(1))
    events = [
        an_event(1),
        an_event(2),
        an_event(3, email="x"),
        an_event(1, email="other@example.com"),
        "text",
        an_event(2),
        None,
    ]

    answer = tell_door({"events": events})

    title = "Unprocessable Entity"
    no_object = [{"pointer": "", "detail": "This must be an object."}]
    no_address = [{"pointer": "/customer/email", "detail": "This is not an e-mail address."}]
    assert (answer.status_code, answer.json()) == (
        202,
        {
            "accepted": 1,
            "duplicates": 2,
            "rejected": [
                {"index": 2, "problem": a_problem(422, title, INVALID, errors=no_address)},
                {"index": 3, "problem": a_problem(409, "Conflict", CONFLICT)},
                {"index": 4, "problem": a_problem(422, title, INVALID, errors=no_object)},
                {"index": 6, "problem": a_problem(422, title, INVALID, errors=no_object)},
            ],
        },
    )
    assert ids() == ["event-1", "event-2"]


def test_a_list_of_which_nothing_can_be_accepted_is_turned_down_and_says_why(tell_door, an_event, a_problem):
    tell_door(an_event(1))

    answer = tell_door({"events": [an_event(1, email="other@example.com"), {}]})

    missing = [
        {"pointer": f"/{name}", "detail": "This field is required."} for name in ("id", "type", "occurred_at")
    ]
    rejected = [
        {"index": 0, "problem": a_problem(409, "Conflict", CONFLICT)},
        {"index": 1, "problem": a_problem(422, "Unprocessable Entity", INVALID, errors=missing)},
    ]
    assert (answer.status_code, answer["Content-Type"], answer.json()) == (
        422,
        "application/problem+json",
        a_problem(422, "Unprocessable Entity", "None of the events can be accepted.", rejected=rejected),
    )
    assert ids() == ["event-1"]


def test_a_list_may_have_five_hundred_events_and_comes_again_without_harm(tell_door, an_event):
    events = [an_event(number, email=f"person-{number % 7}@example.com") for number in range(500)]

    first, second = tell_door({"events": events}), tell_door({"events": events})

    assert first.json() == {"accepted": 500, "duplicates": 0, "rejected": []}
    assert second.json() == {"accepted": 0, "duplicates": 500, "rejected": []}
    assert ids() == [f"event-{number}" for number in range(500)]


def test_the_same_event_twice_in_a_list_is_accepted_once(tell_door, an_event):
    answer = tell_door({"events": [an_event(1), an_event(1), an_event(1)]})

    assert answer.json() == {"accepted": 1, "duplicates": 2, "rejected": []}


@pytest.mark.django_db(transaction=True)
def test_a_list_takes_few_transactions(tell_door, an_event, monkeypatch):
    commits, database = [], cast("Any", connection)
    commit = database._commit

    def counted():
        commits.append(1)
        commit()

    monkeypatch.setattr(database, "_commit", counted)

    tell_door({"events": [an_event(number) for number in range(100)]})

    assert len(commits) == 100 / lists.TOGETHER


@pytest.mark.django_db(transaction=True)
def test_what_could_not_be_stored_is_told_again_and_nothing_is_lost(tell_door, an_event, monkeypatch):
    events = [an_event(number) for number in range(2 * lists.TOGETHER + 20)]
    parts = iter(range(1))

    def until_the_disk_is_full(store, tellings):
        outcomes = receive_together(store, tellings)
        if next(parts, None) is None:
            raise OperationalError("database or disk is full")
        return outcomes

    monkeypatch.setattr(lists, "receive_together", until_the_disk_is_full)
    full = tell_door({"events": events})
    stored = len(ids())
    monkeypatch.setattr(lists, "receive_together", receive_together)
    again = tell_door({"events": events})

    assert (full.status_code, full["Retry-After"], stored) == (503, "5", lists.TOGETHER)
    assert again.json() == {"accepted": lists.TOGETHER + 20, "duplicates": lists.TOGETHER, "rejected": []}
    assert len(ids()) == len(events)


@pytest.mark.django_db(transaction=True)
def test_lists_with_the_same_people_in_another_order_do_not_wait_in_a_circle(tell_door, an_event, in_threads):
    people = [f"person-{number}@example.com" for number in range(40)]
    start = threading.Barrier(4)

    def tell(number):
        order = people if number % 2 else people[::-1]
        start.wait(10)
        return tell_door(
            {"events": [an_event(f"{number}-{email}", email=email) for email in order]}
        ).status_code

    assert in_threads(4, tell) == [202] * 4
    assert Message.objects.count() == 160


def test_a_deadlock_is_tried_again_and_another_failure_is_not():
    class Cause(Exception):
        sqlstate = lists.DEADLOCK

    def failing(times, cause):
        if times:
            times.pop()
            raise OperationalError("deadlock detected") from cause
        return "done"

    assert lists.despite_deadlocks(partial(failing, [1] * 4, Cause())) == "done"
    with pytest.raises(OperationalError):
        lists.despite_deadlocks(partial(failing, [1] * 5, Cause()))
    with pytest.raises(OperationalError):
        lists.despite_deadlocks(partial(failing, [1], None))


def _nobodys_turn() -> Any:
    raise AssertionError("somebody waited for a turn")


def test_who_is_in_a_transaction_waits_for_no_turn(store, an_event, monkeypatch):
    monkeypatch.setattr(lists, "_turn", _nobodys_turn)

    assert lists.receive_list(store, [an_event(1), an_event(2)]).accepted == 2


@pytest.mark.django_db(transaction=True)
def test_on_sqlite_a_list_waits_for_the_one_before_it(store, an_event):
    with ThreadPoolExecutor(1) as other:
        with lists._turn():
            accepted = other.submit(_accepted, store, [an_event(1), an_event(2)])
            waits = bool(wait([accepted], timeout=0.3).not_done)

        assert accepted.result(timeout=10) == 2
        assert waits is (connection.vendor == "sqlite")


def _accepted(store: Any, events: list[Any]) -> int:
    try:
        return lists.receive_list(store, events).accepted
    finally:
        connection.close()
