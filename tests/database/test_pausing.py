"""A person stops the sending of a store, and lets it go on."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from django.utils import timezone

from ebexo.cli.commands import ebexo
from ebexo.outbox.claim import claim
from ebexo.outbox.due import due_stores
from ebexo.outbox.lease import take
from ebexo.outbox.models import Lane, Message
from ebexo.outbox.settle import resume
from ebexo.outbox.stopping import go_on, stop
from ebexo.stores.models import Store

pytestmark = pytest.mark.django_db
Tell = Callable[..., Message]


def due() -> list[int]:
    return due_stores(now=timezone.now() + timedelta(seconds=1))


def test_nothing_is_begun_for_a_store_that_is_stopped_until_it_goes_on(store: Store, tell: Tell) -> None:
    tell(1)
    stop(store.pk, now=timezone.now())
    while_stopped = due()

    go_on(store.pk)

    assert (while_stopped, due()) == ([], [store.pk])


def test_a_worker_that_holds_the_lane_takes_nothing_more(store: Store, tell: Tell) -> None:
    tell(1)
    now = timezone.now() + timedelta(seconds=1)
    lease: Any = take(store.pk, owner="worker", now=now)

    stop(store.pk, now=now)

    assert claim(lease, limit=4, now=now).messages == ()


def test_saving_the_settings_does_not_start_what_a_person_stopped(store: Store, tell: Tell) -> None:
    tell(1)
    stop(store.pk, now=timezone.now())

    resume(store.pk)

    assert due() == []


def test_a_store_of_which_nothing_was_told_yet_can_be_stopped(store: Store, tell: Tell) -> None:
    stop(store.pk, now=timezone.now())
    tell(1)

    assert due() == []


def test_who_stopped_first_is_kept(store: Store) -> None:
    first = timezone.now()
    stop(store.pk, now=first)

    stop(store.pk, now=first + timedelta(hours=1))

    assert Lane.objects.get().stopped_at == first


def test_the_commands_say_what_waits(store: Store, tell: Tell) -> None:
    tell(1)

    paused = CliRunner().invoke(ebexo, ["store", "pause", store.handle])
    resumed = CliRunner().invoke(ebexo, ["store", "resume", store.handle])

    assert (paused.exit_code, paused.output) == (0, f"{store.handle} is paused. Waiting: 1.\n")
    assert (resumed.exit_code, resumed.output) == (0, f"{store.handle} sends again. Waiting: 1.\n")
