"""How much of a lane is in hand at once: alone where something is wrong, in batches where much waits."""

import asyncio
from collections import Counter
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from ebexo.consents.models import Consent
from ebexo.delivery import drain as draining
from ebexo.outbox import lease as leasing
from ebexo.outbox.choosing import Batch
from ebexo.outbox.claim import begin, claim
from ebexo.outbox.lease import kept, release, release_all, take
from ebexo.outbox.models import Attempt, Key, Lane, Message
from ebexo.outbox.settle import settle
from ebexo.outbox.states import LaneVerdict, Outcome, State

pytestmark = pytest.mark.django_db

BATCH = Batch(types=frozenset({"customer.updated"}), at_least=3, limit=5)
NOT_SENT = Outcome(State.WAITING, kind="not_sent", was_called=False)
DELIVERED = Outcome(State.DELIVERED, kind="delivered", http_status=200)
UNAVAILABLE = Outcome(State.WAITING, kind="unavailable", error="Away")
CART = {"cart": {"id": "basket-1", "items": [{"product_id": "A"}], "total": 1}}


@pytest.fixture
def lane(store):
    """The lane of the store, held, on a clock of its own."""
    held = SimpleNamespace(now=timezone.now() + timedelta(seconds=2), lease=None)

    def takes():
        held.lease = take(store.pk, owner="worker", now=held.now)

    def claims(**more):
        taken = claim(held.lease, now=held.now, **({"limit": 4} | more))
        held.lease = taken.lease
        return taken

    def settles(claimed, outcome, verdict=None):
        settle(held.lease, [(one, outcome) for one in claimed], verdict=verdict, now=held.now)

    def row():
        found = Lane.objects.get(store=store)
        return (found.failures, found.backoff_until and found.backoff_until - held.now, found.paused_reason)

    held.takes, held.claims, held.settles, held.row = takes, claims, settles, row
    return held


def ids(taken):
    return [one.message.event_id for one in taken.messages]


def of_people(tell, *numbers, **fields):
    for number in numbers:
        tell(number, email=f"person-{number}@example.com", **fields)


# One at a time


def test_after_a_failure_nothing_is_tried_beside_the_one(tell, lane):
    of_people(tell, 1, 2, 3, 4)
    lane.takes()
    Lane.objects.update(failures=2)

    with_company = lane.claims(has_company=True, batch=BATCH)
    alone = lane.claims(batch=BATCH)

    assert (ids(with_company), with_company.is_lone) == ([], True)
    assert (ids(alone), alone.is_lone, alone.is_batch) == (["event-1"], True, False)


def test_a_suspect_is_sent_with_nothing_beside_it_in_the_same_or_in_another_claim(tell, lane):
    of_people(tell, 1, 2, 3, 4)
    Message.objects.filter(event_id="event-3").update(crash_reclaims=3)
    lane.takes()

    assert ids(lane.claims(has_company=True, batch=BATCH)) == []
    taken = lane.claims(batch=BATCH)

    assert (ids(taken), taken.is_lone) == (["event-3"], True)


def test_a_suspect_rests_before_its_next_try_and_others_go_on(tell, lane):
    of_people(tell, 1, 2)
    Message.objects.filter(event_id="event-1").update(state="in_flight", crash_reclaims=2)
    Key.objects.filter(head_message=Message.objects.get(event_id="event-1").pk).update(due_at=None)

    lane.takes()

    assert ids(lane.claims()) == ["event-2"]
    lane.now += timedelta(seconds=2)
    assert ids(lane.claims()) == ["event-1"]
    assert Message.objects.get(event_id="event-1").crash_reclaims == 3


@pytest.mark.parametrize(
    ("others", "attempts", "counted"), [((), 5, 4), (("event-2",), 5, 3), (("event-2",), 12, 4)]
)
def test_a_crash_counts_against_a_suspect_only_where_nothing_else_was_in_hand(
    tell, lane, others, attempts, counted
):
    """Of any store; unless it was tried so often that it can be no chance."""
    of_people(tell, 1, 2)
    lane.takes()
    in_hand = Message.objects.filter(event_id__in=["event-1", *others])
    in_hand.update(state="in_flight", crash_reclaims=3, attempts=attempts)

    release_all()
    lane.takes()

    assert Message.objects.get(event_id="event-1").crash_reclaims == counted


# Told to wait


def test_a_success_of_a_call_begun_before_does_not_shorten_the_wait(tell, lane):
    of_people(tell, 1, 2)
    lane.takes()
    first, second = lane.claims().messages
    asked_to_wait = LaneVerdict(works=False, backoff=timedelta(seconds=60))

    lane.settles([first], UNAVAILABLE, asked_to_wait)
    lane.settles([second], DELIVERED, LaneVerdict(works=True))

    assert lane.row() == (1, timedelta(seconds=60), None)


def test_failures_of_calls_that_were_on_their_way_together_count_once(tell, lane):
    of_people(tell, 1, 2, 3)
    lane.takes()
    claimed = lane.claims().messages

    for one, seconds in zip(claimed, (2, 9, 4), strict=True):
        lane.settles([one], UNAVAILABLE, LaneVerdict(works=False, backoff=timedelta(seconds=seconds)))

    assert lane.row() == (1, timedelta(seconds=9), None)


def test_credentials_turned_away_while_waiting_still_pause_the_lane(tell, lane):
    of_people(tell, 1, 2)
    lane.takes()
    first, second = lane.claims().messages

    lane.settles([first], UNAVAILABLE, LaneVerdict(works=False, backoff=timedelta(seconds=2)))
    turned_away = LaneVerdict(works=False, backoff=timedelta(minutes=15), pause="secret")
    lane.settles([second], UNAVAILABLE, turned_away)

    assert lane.row() == (1, timedelta(minutes=15), "secret")


def test_a_success_after_the_wait_is_a_new_start(tell, lane):
    of_people(tell, 1)
    lane.takes()
    claimed = lane.claims().messages
    lane.settles(claimed, UNAVAILABLE, LaneVerdict(works=False, backoff=timedelta(seconds=2)))
    lane.now += timedelta(seconds=2)

    lane.settles(lane.claims().messages, DELIVERED, LaneVerdict(works=True))

    assert lane.row() == (0, None, None)


# Batches


def test_a_batch_goes_with_others_beside_it(tell, lane):
    tell("cart", email="cart@example.com", type="cart.product_added", **CART)
    of_people(tell, *range(4))
    lane.now += timedelta(seconds=1)
    lane.takes()

    taken = lane.claims(batch=BATCH)

    assert (sorted(ids(taken)), taken.is_batch) == (
        ["event-0", "event-1", "event-2", "event-3", "event-cart"],
        True,
    )


def test_what_can_share_no_call_has_its_turn_though_only_one_place_is_free(tell, lane):
    of_people(tell, "alone", *range(4))
    Message.objects.filter(event_id="event-alone").update(largest_batch=1)
    lane.takes()

    assert ids(lane.claims(limit=1, batch=BATCH)) == ["event-alone"]
    assert len(lane.claims(limit=1, batch=BATCH).messages) == 4


def test_what_is_left_of_a_refused_batch_is_halved_further_though_it_is_little(tell, lane):
    of_people(tell, 1, 2)
    Message.objects.update(largest_batch=2)
    lane.takes()

    taken = lane.claims(batch=BATCH)

    assert (len(taken.messages), taken.is_batch) == (2, True)


def test_what_was_in_hand_at_two_crashes_shares_no_call(tell, lane):
    of_people(tell, *range(4))
    Message.objects.filter(event_id="event-1").update(crash_reclaims=2)
    lane.takes()

    taken = lane.claims(limit=1, batch=BATCH)

    assert sorted(ids(taken)) == ["event-0", "event-2", "event-3"]


def test_an_attempt_that_carried_others_stays_though_one_was_not_sent(tell, lane):
    of_people(tell, 1, 2)
    lane.takes()
    taken = lane.claims()
    begin(lane.lease, [taken.messages], endpoint="http://there", now=lane.now)

    settle(
        lane.lease,
        [(taken.messages[0], NOT_SENT), (taken.messages[1], DELIVERED)],
        verdict=None,
        now=lane.now,
    )

    assert list(Attempt.objects.values_list("outcome", "http_status")) == [("partly", 200)]


# The lease


def test_a_lease_is_renewed_when_a_quarter_of_it_is_over(store, tell, lane, monkeypatch):
    tell(1)
    lane.takes()
    clock = leasing.boot_clock()

    monkeypatch.setattr(leasing, "boot_clock", lambda: clock + 14)
    assert kept(lane.lease, now=lane.now) == lane.lease
    monkeypatch.setattr(leasing, "boot_clock", lambda: clock + 16)
    renewed = kept(lane.lease, now=lane.now + timedelta(seconds=16))

    assert renewed.ends_at_boot_clock == clock + 76
    assert Lane.objects.get().lease_until == lane.now + timedelta(seconds=76)
    release(renewed)


# Calls


@pytest.fixture
def calls_of_a_claim(store):
    """The sizes of the calls that one look at the lane begins."""

    def begun(limit=4):
        lease = take(store.pk, owner="worker", now=timezone.now())
        assert lease
        return [
            len(call)
            for call in draining._claim(draining.Holding(lease), limit=limit, stopping=asyncio.Event())
        ]

    return begun


def test_no_more_calls_begin_than_there_are_places_though_nobody_may_share_one(
    tell, with_settings, calls_of_a_claim
):
    with_settings(mode="consent", consent_code="marketing")
    Consent.objects.update(vendor_name="MARKETING")
    grant = {"code": "marketing", "granted": True, "at": "2026-11-01T10:00:00Z"}
    of_people(tell, *range(25), consents=[grant])

    assert calls_of_a_claim() == [1, 1, 1, 1]
    states = Message.objects.values_list("state", "attempts", "largest_batch")
    assert Counter(states) == {("in_flight", 1, None): 4, ("waiting", 0, 1): 21}


def test_with_double_opt_in_nothing_is_taken_as_a_batch(tell, with_settings, calls_of_a_claim):
    with_settings(mode="double-opt-in", consent_code="marketing")
    grant = {"code": "marketing", "granted": True, "at": "2026-11-01T10:00:00Z"}
    of_people(tell, *range(25), consents=[grant])

    assert calls_of_a_claim() == [1, 1, 1, 1]
    assert Message.objects.filter(attempts=0, largest_batch=None).count() == 21


def test_contacts_in_doubt_share_a_call_and_halves_fill_the_places(tell, calls_of_a_claim):
    of_people(tell, *range(25))
    Message.objects.update(in_doubt=True, largest_batch=5)

    assert calls_of_a_claim() == [5, 5, 5, 5]
    assert Message.objects.filter(state="waiting", attempts=0, largest_batch=5).count() == 5
