"""Events that arrive at the same moment share a transaction, and nothing else."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import OperationalError, connections, transaction
from django.utils import timezone

from ebexo.ingest import sharing
from ebexo.ingest.receive import OtherBody, receive, receive_told
from ebexo.ingest.sharing import receive_sharing
from ebexo.ingest.together import receive_together
from ebexo.ingest.told import read
from ebexo.outbox.models import Message

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _where_one_can_write_at_a_time(transactional_db, on_postgresql):
    if on_postgresql:
        pytest.skip("PostgreSQL commits side by side")


@pytest.fixture
def transactions(monkeypatch):
    """How many events each shared transaction had. The first one waits until `go_on` is set."""

    class Transactions(list[int]):
        go_on = threading.Event()
        begun = threading.Event()

    taken, answer = Transactions(), sharing._answer

    def observed(together):
        taken.append(len(together))
        taken.begun.set()
        taken.go_on.wait(10)
        answer(together)

    monkeypatch.setattr(sharing, "_answer", observed)
    yield taken
    taken.go_on.set()


@pytest.fixture
def tell_at_once(store, transactions):
    """Tell the first event, all others while its transaction is open, and then let it end; outcomes in order."""

    def tell(events):
        def one(event):
            try:
                return receive_sharing(store, read(event, now=timezone.now()))
            except Exception as error:  # noqa: BLE001  (handed to the test)
                return error
            finally:
                connections.close_all()

        with ThreadPoolExecutor(len(events)) as pool:
            told = [pool.submit(one, events[0])]
            assert transactions.begun.wait(10)
            for waiting, event in enumerate(events[1:], start=1):
                told.append(pool.submit(one, event))
                wait_until(lambda waiting=waiting: len(sharing._writer._waiting) == waiting)
            transactions.go_on.set()
            return [outcome.result(20) for outcome in told]

    return tell


def wait_until(condition):
    until = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.002)


def ids():
    return list(Message.objects.order_by("pk").values_list("event_id", flat=True))


def test_who_comes_while_another_is_stored_waits_and_shares_the_next_transaction(
    tell_at_once, an_event, transactions
):
    outcomes = tell_at_once([an_event(number) for number in range(6)])

    assert outcomes == [False] * 6
    assert transactions == [1, 5]
    assert ids() == [f"event-{number}" for number in range(6)]


def test_more_than_sixty_four_take_another_transaction(tell_at_once, an_event, transactions, monkeypatch):
    monkeypatch.setattr(sharing, "AT_MOST", 3)

    assert tell_at_once([an_event(number) for number in range(8)]) == [False] * 8
    assert transactions == [1, 3, 3, 1]


def test_a_duplicate_and_another_body_are_told_so_and_harm_nobody(tell_at_once, an_event):
    events = [an_event(1), an_event(2), an_event(1), an_event(1, email="other@example.com"), an_event(3)]

    outcomes = tell_at_once(events)

    assert [outcome if isinstance(outcome, bool) else type(outcome) for outcome in outcomes] == [
        False,
        False,
        True,
        OtherBody,
        False,
    ]
    assert ids() == ["event-1", "event-2", "event-3"]


def test_an_event_that_cannot_be_stored_harms_nobody(tell_at_once, an_event, monkeypatch):
    def together(store, tellings):
        return [failing(store, told).duplicate for told in tellings]

    def failing(store, told):
        receipt = receive_told(store, told)
        if told.event.id == "event-2":
            raise ValueError("a fault of ours")
        return receipt

    monkeypatch.setattr(sharing, "receive_together", together)
    monkeypatch.setattr(sharing, "receive_told", failing)

    outcomes = tell_at_once([an_event(number) for number in range(4)])

    assert outcomes[:2] + outcomes[3:] == [False] * 3
    assert repr(outcomes[2]) == "ValueError('a fault of ours')"
    assert ids() == ["event-0", "event-1", "event-3"]


def test_where_the_database_fails_nothing_of_a_transaction_is_stored_and_all_are_told(
    store, tell_at_once, an_event, monkeypatch
):
    def full(store, tellings):
        outcomes = receive_together(store, tellings)
        if len(tellings) > 1:
            raise OperationalError("database or disk is full")
        return outcomes

    monkeypatch.setattr(sharing, "receive_together", full)
    outcomes = tell_at_once([an_event(number) for number in range(4)])

    assert [repr(outcome) for outcome in outcomes] == [
        "False",
        *["OperationalError('database or disk is full')"] * 3,
    ]
    assert ids() == ["event-0"]
    assert receive_sharing(store, read(an_event(9), now=timezone.now())) is False


def test_nobody_is_answered_before_the_transaction_is_on_disk(store, an_event, monkeypatch):
    on_disk, committing = threading.Event(), threading.Event()
    backend: Any = type(connections["default"])
    commit = backend._commit

    def slowly(self):
        committing.set()
        on_disk.wait(10)
        commit(self)

    monkeypatch.setattr(backend, "_commit", slowly)
    with ThreadPoolExecutor(1) as pool:

        def tell():
            try:
                return receive_sharing(store, read(an_event(1), now=timezone.now()))
            finally:
                connections.close_all()

        told = pool.submit(tell)
        assert committing.wait(10)
        time.sleep(0.05)
        was_answered = told.done()
        on_disk.set()

        assert (was_answered, told.result(10)) == (False, False)


def test_in_a_transaction_of_the_caller_nobody_is_waited_for(store, an_event, transactions):
    with transaction.atomic():
        assert receive_sharing(store, read(an_event(1), now=timezone.now())) is False
        transaction.set_rollback(True)

    assert (ids(), transactions) == ([], [])


def test_somebody_alone_is_not_held_up(store, an_event, monkeypatch):
    monkeypatch.setattr(sharing, "GATHERING", 5.0)
    began = time.monotonic()

    for number in range(3):
        receive_sharing(store, read(an_event(number), now=timezone.now()))

    assert time.monotonic() - began < 5


def test_after_a_fault_of_the_writer_events_are_accepted_again(store, an_event, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(sharing, "_together", lambda together: 1 // 0)
        patched.setattr(sharing, "_alone", lambda waiting: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            receive_sharing(store, read(an_event(1), now=timezone.now()))

    assert receive_sharing(store, read(an_event(1), now=timezone.now())) is False


def test_many_at_once_are_all_stored_once_each(store, an_event, in_threads):
    def tell(number):
        return [
            receive_sharing(store, read(an_event(f"{number % 8}-{turn}"), now=timezone.now()))
            for turn in range(20)
        ]

    results = in_threads(16, tell)

    assert sorted(outcome for outcomes in results for outcome in outcomes) == [False] * 160 + [True] * 160
    assert Message.objects.count() == 160
    assert receive(store, an_event("0-0")).duplicate is True
