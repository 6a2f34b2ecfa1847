"""The bell that wakes workers: rung after the commit, on PostgreSQL only, and once for what is told together."""

import time

import pytest
from django.db import connection, transaction
from django.utils import timezone

from ebexo.outbox import bell
from ebexo.outbox.settle import resume
from ebexo.outbox.stopping import go_on, stop

committing = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rung(monkeypatch):
    """The stores that were rung for."""
    found: list[int] = []
    monkeypatch.setattr(bell, "ring", found.append)
    return found


@pytest.fixture
def once(store):
    """What is rung where the store is rung for once."""
    return [store.pk] if connection.vendor == "postgresql" else []


@committing
def test_it_is_rung_once_the_event_is_committed(store, tell, rung, once):
    with transaction.atomic():
        tell(1)
        before = list(rung)

    assert (before, rung) == ([], once)


@committing
def test_what_is_rolled_back_is_not_rung_for(store, tell, rung):
    with transaction.atomic():
        tell(1)
        transaction.set_rollback(True)

    assert rung == []


@committing
def test_what_waits_behind_something_else_of_its_contact_is_not_rung_for(store, tell, rung, once):
    tell(1)
    tell(2)

    assert rung == once


@committing
def test_sending_that_goes_on_is_rung_for(store, rung, once):
    stop(store.pk, now=timezone.now())
    assert rung == []

    go_on(store.pk)
    assert rung == once

    resume(store.pk)
    assert rung == once * 2


@committing
def test_a_shop_without_the_package_is_not_troubled(store, tell, rung, monkeypatch):
    monkeypatch.setattr(bell, "_has_clapper", lambda: False)

    tell(1)

    assert rung == []


def test_what_is_told_together_rings_once_and_nobody_waits_for_it(monkeypatch):
    times = []

    def slowly(stores):
        time.sleep(0.1)
        times.append(set(stores))

    monkeypatch.setattr(bell, "ring_now", slowly)
    monkeypatch.setattr(bell, "LINGER", 0.2)
    ringer = bell._Ringer()
    started = time.monotonic()

    ringer.ring(1)
    time.sleep(0.05)
    for store_id in (1, 2, 2, 3, 3, 3):
        ringer.ring(store_id)

    assert time.monotonic() - started < 0.1
    end = time.monotonic() + 5
    while ringer._thread and time.monotonic() < end:
        time.sleep(0.01)
    assert times == [{1}, {1, 2, 3}]
    assert ringer._thread is None
    ringer.ring(4)
    while len(times) < 3 and time.monotonic() < end:
        time.sleep(0.01)
    assert times[2:] == [{4}]


def test_a_bell_that_can_not_be_rung_breaks_nothing(monkeypatch):
    def out_of_reach(locks):
        raise ConnectionError

    monkeypatch.setattr(bell, "_locks_of_waiting_jobs", out_of_reach)

    bell.ring_now([1])


@committing
def test_a_store_has_one_job_that_waits_however_often_it_is_rung_for(store):
    if connection.vendor != "postgresql":
        pytest.skip("needs the jobs' table")

    bell.ring_now([store.pk])
    bell.ring_now([store.pk])

    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name, queue_name, lock, queueing_lock FROM procrastinate_jobs")
        jobs = cursor.fetchall()
        cursor.execute("TRUNCATE procrastinate_jobs CASCADE")
    assert jobs == [("drain", "ebexo", None, f"drain-{store.pk}")]
