"""The dispatcher's thread: nobody else dispatches here, so nothing may end it but a stop."""

import time

import pytest
from django.db import DatabaseError
from django.utils import timezone

from ebexo.delivery.scheduling import embedded
from ebexo.delivery.scheduling.embedded import Dispatcher
from ebexo.outbox.models import Lane
from ebexo.outbox.settle import back_off
from ebexo.stores.models import Store

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "os.environ.get('EBEXO_TEST_DATABASE') == 'postgresql'", reason="it listens to SQLite"
    ),
]


@pytest.fixture
def drained(monkeypatch):
    """The stores that were drained, in turn; `trouble` is raised instead where there is some left."""

    class Drained(list[int]):
        trouble: list[BaseException] = []

    found = Drained()

    async def drain(store_id, *, database, **more):
        if found.trouble:
            raise found.trouble.pop()
        found.append(store_id)
        await database(lambda: back_off(store_id, chance=1.0, now=timezone.now()))

    monkeypatch.setattr(embedded, "drain", drain)
    monkeypatch.setattr(embedded, "LOOK_EVERY", 0.1)
    found.trouble = []
    return found


@pytest.fixture
def dispatcher():
    made = Dispatcher()
    yield made
    assert made.stop(timeout=10)


def wait_for(condition):
    end = time.monotonic() + 5
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    assert condition()


def test_what_waits_at_the_start_and_what_is_told_later_is_drained(store, tell, dispatcher, drained):
    tell(1)
    dispatcher.start()
    wait_for(lambda: drained == [store.pk])

    Lane.objects.update(backoff_until=None)

    wait_for(lambda: drained == [store.pk] * 2)


def test_a_store_opened_while_it_runs_is_heard_at_once(store, tell, dispatcher, drained):
    dispatcher.start()
    time.sleep(0.3)

    tell(1)
    told_at = time.monotonic()

    wait_for(lambda: drained == [store.pk])
    assert time.monotonic() - told_at < 1


@pytest.mark.parametrize("trouble", [DatabaseError("disk full"), RuntimeError("a bug")])
@pytest.mark.parametrize("where", ["due_stores", "_data_version", "release_all"])
def test_a_look_that_fails_is_made_again(store, tell, dispatcher, drained, monkeypatch, where, trouble):
    tell(1)
    original, left = getattr(embedded, where), [trouble] * 2

    def failing(*args, **more):
        if left:
            raise left.pop()
        return original(*args, **more)

    monkeypatch.setattr(embedded, where, failing)
    dispatcher.start()

    wait_for(lambda: drained == [store.pk])
    assert left == []


def test_a_drain_that_fails_is_left_alone_for_a_while_and_made_again(
    store, tell, dispatcher, drained, monkeypatch
):
    monkeypatch.setattr("random.random", lambda: 0.05)
    drained.trouble = [RuntimeError("a bug")]
    tell(1)
    dispatcher.start()

    wait_for(lambda: Lane.objects.get().failures == 2)

    assert drained == [store.pk]


def test_a_store_removed_while_its_drain_fails_ends_nothing(
    store, other_store, tell, an_event, dispatcher, drained, monkeypatch, remove
):
    from ebexo.ingest.receive import receive

    class Removed(RuntimeError):
        pass

    drained.trouble = [Removed()]
    tell(1)

    def remove_first(store_id, **more):
        remove(store)
        back_off(store_id, **more)

    monkeypatch.setattr(embedded, "back_off", remove_first)
    dispatcher.start()
    wait_for(lambda: Store.objects.count() == 1)
    receive(other_store, an_event(1))

    wait_for(lambda: drained == [other_store.pk])


def test_a_stop_before_anything_happened_is_quick(dispatcher, db):
    dispatcher.start()
    started = time.monotonic()

    assert dispatcher.stop(timeout=5)
    assert time.monotonic() - started < 1
