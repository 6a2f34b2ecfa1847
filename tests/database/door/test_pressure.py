"""Asking a store to wait, before more waits than can be kept."""

import time
from collections import namedtuple
from dataclasses import replace

import pytest

from ebexo.environment import environment
from ebexo.ingest import pressure
from ebexo.ingest.receive import receive
from ebexo.outbox.models import Message

pytestmark = pytest.mark.django_db

FULL = "Too many events of this store wait to be sent. Send it again later."
DISK = "There is too little room on the disk to store more. Send it again later."


@pytest.fixture(autouse=True)
def _counted_anew():
    pressure.forget()
    yield
    pressure.forget()


@pytest.fixture
def limit_to(monkeypatch):
    def limit(**limits):
        monkeypatch.setattr(pressure, "environment", lambda: replace(environment(), **limits))

    return limit


def test_beyond_its_number_of_events_a_store_is_asked_to_wait(tell_door, an_event, a_problem, limit_to):
    limit_to(waiting_events_limit=3)

    answers = [tell_door(an_event(number)) for number in range(5)]

    assert [answer.status_code for answer in answers] == [202, 202, 202, 429, 429]
    assert (answers[-1]["Retry-After"], answers[-1].json()) == (
        "30",
        a_problem(429, "Too Many Requests", FULL),
    )
    assert Message.objects.count() == 3


def test_beyond_its_bytes_a_store_is_asked_to_wait(tell_door, an_event, limit_to):
    limit_to(waiting_bytes_limit=1000)

    statuses = [
        tell_door(an_event(number, customer={"company": "x" * 250})).status_code for number in range(9)
    ]

    assert statuses == [202] * 3 + [429] * 6


def test_a_list_is_turned_down_whole(tell_door, an_event, limit_to):
    limit_to(waiting_events_limit=1)
    tell_door(an_event(1))

    answer = tell_door({"events": [an_event(2), an_event(3)]})

    assert (answer.status_code, Message.objects.count()) == (429, 1)


def test_another_store_goes_on(tell_door, an_event, limit_to, other_store):
    limit_to(waiting_events_limit=1)
    tell_door(an_event(1))

    assert tell_door(an_event(2)).status_code == 429
    assert tell_door(an_event(2), key=other_store.api_key).status_code == 202


def test_a_shop_that_tells_in_process_is_never_asked_to_wait(store, tell_door, an_event, limit_to):
    limit_to(waiting_events_limit=1, free_disk_floor=10**15)
    receive(store, an_event(1))

    assert receive(store, an_event(2)).duplicate is False


def test_once_there_is_room_again_events_are_accepted(tell_door, an_event, limit_to, monkeypatch):
    limit_to(waiting_events_limit=1)
    tell_door(an_event(1))
    assert tell_door(an_event(2)).status_code == 429
    Message.objects.update(state="delivered", done_at="2026-11-01T10:00:00Z", payload=None)

    monkeypatch.setattr("ebexo.ingest.pressure.monotonic", lambda: time.monotonic() + 1000)

    assert tell_door(an_event(2)).status_code == 202


def test_the_past_that_is_being_imported_is_not_counted(tell_door, an_event, limit_to):
    limit_to(waiting_events_limit=1)
    tell_door(an_event(1))
    Message.objects.update(kind="history")
    pressure.forget()

    assert tell_door(an_event(2)).status_code == 202


def test_waiting_rows_are_not_counted_at_every_event(tell_door, an_event, monkeypatch):
    counts = []

    def count(store_id):
        counts.append(store_id)
        return 0, 0

    monkeypatch.setattr(pressure, "_count", count)
    monkeypatch.setattr("ebexo.ingest.pressure.monotonic", lambda: 1000.0)

    for number in range(20):
        tell_door(an_event(number))

    assert len(counts) == 1


def test_counting_takes_a_twentieth_of_the_time_at_most(store, monkeypatch):
    moment = [1000.0]

    def count_slowly(store_id):
        moment[0] += 5.0
        return 10, 10

    monkeypatch.setattr("ebexo.ingest.pressure.monotonic", lambda: moment[0])
    monkeypatch.setattr(pressure, "_count", count_slowly)
    pressure.ask_for_room(store.pk)
    assert moment[0] == 1005.0

    moment[0] = 1104.0
    pressure.ask_for_room(store.pk)
    assert moment[0] == 1104.0
    moment[0] = 1106.0
    pressure.ask_for_room(store.pk)

    assert moment[0] == 1111.0


def test_with_a_nearly_full_disk_nothing_is_accepted(
    tell_door, an_event, a_problem, monkeypatch, on_postgresql
):
    usage = namedtuple("usage", "total used free")
    free = [199_999_999]
    monkeypatch.setattr("ebexo.ingest.pressure.disk_usage", lambda path: usage(10**12, 0, free[0]))

    answer = tell_door(an_event(1))
    free[0] = 200_000_000
    with_room = tell_door(an_event(2))

    if on_postgresql:
        assert (answer.status_code, with_room.status_code) == (202, 202)
        return
    assert (answer.status_code, answer["Retry-After"], answer.json()) == (
        503,
        "60",
        a_problem(503, "Service Unavailable", DISK),
    )
    assert (with_room.status_code, Message.objects.count()) == (202, 1)
