"""Pruning beside those who write to the same rows, and of very much at a time."""

import re
import statistics
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connections, transaction
from django.utils import timezone

from ebexo.operations.retention import Periods, sweeps
from ebexo.operations.sweep import Pruned, prune
from ebexo.outbox.heads import move_heads_on
from ebexo.outbox.models import Attempt, Key, Message
from ebexo.outbox.put import NewMessage, put
from ebexo.outbox.retention import EMPTY_KEYS, drop_keys, drop_messages
from ebexo.outbox.states import State
from ebexo.stores.models import Store

KEPT = Periods(payloads=timedelta(days=30), messages=timedelta(days=400))
ROUNDS = 25
WRITERS = 3
MANY = 100_000


def put_one(store_id, name, *, key):
    now = timezone.now()
    message = NewMessage(name, "customer.updated", sha="s", occurred_at=now, accepted_at=now)
    with transaction.atomic():
        return put(store_id, message, key=key, payload="{}")


@pytest.mark.django_db(transaction=True)
def test_a_key_that_is_put_into_while_it_is_swept_is_there_for_every_message(store, in_threads):
    written: list[int] = []

    def write(number):
        for turn in range(ROUNDS):
            message = put_one(store.pk, f"event-{number}-{turn}", key="contact:1")
            assert Key.objects.filter(pk=message.key_id, tail_seq__gte=message.key_seq).exists()
            with transaction.atomic():
                Message.objects.filter(pk=message.pk).update(state=State.DELIVERED, done_at=timezone.now())
                move_heads_on([message.key_id])
            with transaction.atomic():
                drop_messages(Message.objects.filter(pk=message.pk), first=written.extend)

    def sweep():
        while len(written) < WRITERS * ROUNDS and threading.active_count() > 1:
            with transaction.atomic():
                drop_keys(Key.objects.filter(EMPTY_KEYS))
            time.sleep(0.001)
        return "swept"

    ended = in_threads(WRITERS + 1, lambda number: write(number) if number < WRITERS else sweep())

    assert ended == [None] * WRITERS + ["swept"]
    assert len(set(written)) == WRITERS * ROUNDS
    with transaction.atomic():
        drop_keys(Key.objects.filter(EMPTY_KEYS))
    assert (Message.objects.count(), Key.objects.count()) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_a_message_that_comes_back_to_life_before_it_is_locked_stays(store):
    message = put_one(store.pk, "event-1", key="contact:1")
    old = timezone.now() - timedelta(days=401)
    Message.objects.update(state=State.DISCARDED, done_at=old)
    Key.objects.update(head_seq=2)
    found = next(one for one in sweeps(now=timezone.now(), kept=KEPT) if one.name == "messages")
    chosen = Message.objects.filter(found.is_over, pk__in=[message.pk])
    Message.objects.update(state=State.WAITING, done_at=None)

    with transaction.atomic():
        assert found.drop(chosen) == 0

    assert Message.objects.get().payload == "{}"


def megabytes():
    """What this process has in memory now."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found
    return int(found[1]) / 1024


def _fill(store, *, since):
    """Delivered messages, each of a contact of its own, with an attempt."""
    tries = Attempt.messages.through
    for start in range(0, MANY, 5000):
        with transaction.atomic():
            some = range(start, start + 5000)
            keys = Key.objects.bulk_create(
                Key(store=store, key=f"contact:{number}", tail_seq=1, head_seq=2) for number in some
            )
            messages = Message.objects.bulk_create(
                Message(
                    store=store,
                    key=key,
                    key_seq=1,
                    event_id=f"event-{key.key}",
                    type="customer.updated",
                    payload="x" * 900,
                    payload_sha="s" * 64,
                    occurred_at=since,
                    accepted_at=since,
                    state=State.DELIVERED,
                    done_at=since,
                )
                for key in keys
            )
            attempts = Attempt.objects.bulk_create(
                Attempt(store=store, epoch=1, endpoint="there", started_at=since, excerpt="contactId 1")
                for _ in messages
            )
            tries.objects.bulk_create(
                tries(attempt_id=attempt.pk, message_id=message.pk)
                for attempt, message in zip(attempts, messages, strict=True)
            )


@pytest.mark.long
def test_100000_messages_go_in_short_transactions_and_little_memory_while_a_shop_writes(
    transactional_db, store
):
    now = timezone.now()
    _fill(store, since=now - timedelta(days=401))
    done, waits, pruned, seconds = threading.Event(), [], Pruned(), []

    def shop():
        number = 0
        try:
            while not done.is_set():
                started = time.monotonic()
                put_one(store.pk, f"new-{number}", key="contact:new")
                waits.append(time.monotonic() - started)
                number += 1
                time.sleep(0.05)
        finally:
            connections.close_all()

    at_first = most = megabytes()
    writing = threading.Thread(target=shop)
    writing.start()
    started = time.monotonic()
    for step in prune(sweeps(now=now, kept=KEPT)):
        pruned.add(step)
        seconds.append(step.seconds)
        most = max(most, megabytes())
        time.sleep(step.seconds)
    took = time.monotonic() - started
    done.set()
    writing.join()

    held = [one for one in seconds if one]
    grown = most - at_first
    print(
        f"\n{MANY} messages in {took:.0f} s; longest transaction {pruned.longest_seconds * 1000:.0f} ms,"
        f" median {statistics.median(held) * 1000:.0f} ms; a shop waited {max(waits) * 1000:.0f} ms at most,"
        f" {statistics.median(waits) * 1000:.0f} ms in the middle; {grown:.0f} MB more memory"
    )
    assert (pruned.dropped["messages"], pruned.dropped["keys"]) == (MANY, MANY)
    assert set(Message.objects.values_list("state", flat=True)) == {State.WAITING}
    assert Message.objects.count() == len(waits)
    assert Attempt.objects.count() == 0
    assert statistics.median(held) < 0.1
    assert max(waits) < 2
    assert grown < 100
    assert Store.objects.get() == store
