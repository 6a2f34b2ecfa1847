"""What a worker looks at between two drains."""

from datetime import timedelta

import pytest
from django.utils import timezone

from ebexo.outbox.foresight import give_back, next_due
from ebexo.outbox.lease import take
from ebexo.outbox.models import Key, Lane

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def due(store, tell, now):
    """One message of the store, due at the moment given in seconds from now."""

    def make(seconds=0.0, **lane):
        tell(1)
        Key.objects.filter(store=store).update(due_at=now + timedelta(seconds=seconds))
        Lane.objects.filter(store=store).update(**lane)

    return make


@pytest.mark.parametrize("seconds", [-60, 0, 3])
def test_it_is_due_when_its_head_is(store, due, now, seconds):
    due(seconds)

    assert next_due(store.pk, now=now) == now + timedelta(seconds=seconds)


def test_it_is_not_due_before_its_lane_is(store, due, now):
    due(-60, backoff_until=now + timedelta(seconds=7))

    assert next_due(store.pk, now=now) == now + timedelta(seconds=7)


def test_history_counts_as_well(store, due, now):
    due(2)
    Key.objects.update(is_history=True)

    assert next_due(store.pk, now=now) == now + timedelta(seconds=2)


def test_a_moment_that_is_absurdly_far_off_is_now(store, due, now):
    due(86400)

    assert next_due(store.pk, now=now) == now


@pytest.mark.parametrize(
    "lane", [{"stopped_at": 0}, {"lease_until": 30}], ids=["stopped by a person", "held by somebody"]
)
def test_somebody_else_sees_to_it(store, due, now, lane):
    due(-60, **{name: now + timedelta(seconds=seconds) for name, seconds in lane.items()})

    assert next_due(store.pk, now=now) is None


def test_nothing_waits(store, now):
    Lane.objects.create(store=store)

    assert next_due(store.pk, now=now) is None


def test_lanes_that_could_not_be_given_back_are_free_those_at_work_and_of_others_are_not(
    store, other_store, now
):
    for one in (store, other_store):
        Lane.objects.create(store=one)
    take(store.pk, owner="me", now=now)
    take(other_store.pk, owner="you", now=now)
    later = now + timedelta(seconds=1)

    def held():
        return sorted(Lane.objects.exclude(lease_until=None).values_list("store_id", flat=True))

    give_back(owner="me", sending={store.pk}, now=later)
    give_back(owner="me", sending=(), now=now)  # taken only then: another drain of ours may have begun
    assert held() == sorted([store.pk, other_store.pk])

    give_back(owner="me", sending=(), now=later)
    assert held() == [other_store.pk]
