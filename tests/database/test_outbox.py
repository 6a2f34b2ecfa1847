"""The outbox: order per contact, one worker at a time, and what becomes of what a dead one left."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from ebexo.outbox import lease as leasing
from ebexo.outbox.claim import begin, claim
from ebexo.outbox.due import due_stores
from ebexo.outbox.lease import Lease, LeaseLost, release, release_all, renew, take
from ebexo.outbox.models import Attempt, Key, Lane, Message
from ebexo.outbox.settle import back_off, resume, settle
from ebexo.outbox.states import LaneVerdict, Outcome, State

pytestmark = pytest.mark.django_db

DELIVERED = Outcome(State.DELIVERED, kind="delivered", http_status=200, excerpt="contactId c-1")
REFUSED = Outcome(State.FAILED, kind="refused", reason="refused", http_status=400, error="No.")
UNAVAILABLE = Outcome(State.WAITING, kind="unavailable", reason="unavailable", error="Away")
UNKNOWN = Outcome(State.WAITING, kind="unknown", reason="outcome_unknown", in_doubt=True)
NOT_SENT = Outcome(State.WAITING, kind="not_sent", was_called=False)
WITHHELD = Outcome(
    State.WITHHELD, kind="withheld", reason="no_consent", was_called=False, person=("hash", "j…n@e…e.com")
)
WORKS = LaneVerdict(works=True)


class Worker:
    """Somebody who holds the store's lane, on a clock that the test moves."""

    def __init__(self, store_id, now):
        self.store_id, self.now = store_id, now
        self.lease: Any = None

    def takes(self):
        self.lease = take(self.store_id, owner="worker", now=self.now)
        return self.lease

    def claims(self, limit=10):
        """One call each."""
        taken = claim(self.lease, limit=limit, now=self.now)
        self.lease = taken.lease
        begin(self.lease, [[one] for one in taken.messages], endpoint="http://there", now=self.now)
        return list(taken.messages)

    def settles(self, claimed, outcome, verdict=None):
        settle(self.lease, [(one, outcome) for one in claimed], verdict=verdict, now=self.now)


@pytest.fixture
def worker(store):
    return Worker(store.pk, timezone.now() + timedelta(seconds=1))


def ids(claimed):
    return [one.message.event_id for one in claimed]


def test_only_the_head_of_a_contact_is_claimed_oldest_first(tell, worker):
    tell(1, email="b@example.com")
    tell(2, email="a@example.com")
    tell(3, email="b@example.com")
    worker.takes()

    assert ids(worker.claims()) == ["event-1", "event-2"]
    assert worker.claims() == []


def test_no_more_are_claimed_than_asked_for(tell, worker):
    for number in range(5):
        tell(number, email=f"person-{number}@example.com")
    worker.takes()

    assert ids(worker.claims(limit=2)) == ["event-0", "event-1"]
    assert ids(worker.claims(limit=2)) == ["event-2", "event-3"]
    assert ids(worker.claims(limit=2)) == ["event-4"]


def test_a_claim_is_on_record_before_anything_is_sent(tell, worker):
    message = tell(1)
    worker.takes()

    worker.claims()

    message.refresh_from_db()
    assert (message.state, message.epoch, message.attempts) == ("in_flight", worker.lease.epoch, 1)
    assert list(
        Attempt.objects.values_list("endpoint", "started_at", "finished_at", "outcome", "messages")
    ) == [("http://there", worker.now, None, None, message.pk)]


def test_the_messages_of_one_contact_are_sent_one_after_the_other(tell, worker):
    for number in (1, 2, 3):
        tell(number)
    worker.takes()

    sent = []
    while claimed := worker.claims():
        sent += ids(claimed)
        worker.settles(claimed, DELIVERED, WORKS)

    assert sent == ["event-1", "event-2", "event-3"]
    key = Key.objects.get()
    assert (key.head_seq, key.tail_seq, key.head_message, key.due_at) == (4, 3, None, None)
    assert due_stores(now=worker.now) == []


def test_an_acknowledged_message_keeps_what_is_needed_to_show_it(tell, worker):
    message = tell(1)
    worker.takes()

    worker.settles(worker.claims(), DELIVERED, WORKS)

    message.refresh_from_db()
    assert (message.state, message.reason, message.done_at, message.attempts, message.epoch) == (
        "delivered",
        None,
        worker.now,
        1,
        worker.lease.epoch,
    )
    attempt = Attempt.objects.get()
    assert (attempt.outcome, attempt.http_status, attempt.finished_at) == ("delivered", 200, worker.now)


def test_a_message_put_behind_one_in_flight_becomes_the_head_when_that_one_ends(tell, worker):
    tell(1)
    worker.takes()
    claimed = worker.claims()
    tell(2)

    assert worker.claims() == []
    worker.settles(claimed, DELIVERED, WORKS)

    assert ids(worker.claims()) == ["event-2"]


def test_what_waits_behind_a_failed_message_goes_on(tell, worker):
    first = tell(1)
    tell(2)
    worker.takes()

    worker.settles(worker.claims(), REFUSED, WORKS)

    first.refresh_from_db()
    assert (first.state, first.reason, first.done_at, Attempt.objects.get().error) == (
        "failed",
        "refused",
        worker.now,
        "No.",
    )
    assert ids(worker.claims()) == ["event-2"]


def test_what_is_tried_again_keeps_its_place_and_is_not_overtaken(tell, worker, state_of):
    message = tell(1)
    tell(2)
    worker.takes()

    worker.settles(worker.claims(), UNAVAILABLE)

    assert state_of(message) == {
        "state": "waiting",
        "reason": "unavailable",
        "attempts": 1,
        "in_doubt": False,
    }
    assert ids(worker.claims()) == ["event-1"]


def test_a_contact_in_doubt_waits_alone(tell, worker):
    tell(1, email="a@example.com")
    tell(2, email="b@example.com")
    worker.takes()
    first, second = worker.claims()

    worker.settles([first], Outcome(State.WAITING, kind="unknown", delay=timedelta(seconds=8)))
    worker.settles([second], DELIVERED)

    assert worker.claims() == []
    worker.now += timedelta(seconds=8)
    assert ids(worker.claims()) == ["event-1"]


def test_a_call_that_was_not_made_does_not_count(tell, worker, state_of):
    message = tell(1)
    worker.takes()

    worker.settles(worker.claims(), NOT_SENT)

    assert state_of(message) == {"state": "waiting", "reason": None, "attempts": 0, "in_doubt": False}
    assert Attempt.objects.count() == 0


def test_a_doubt_lasts_until_the_message_is_final(tell, worker, state_of):
    message = tell(1)
    worker.takes()

    doubts = []
    for outcome in (UNKNOWN, NOT_SENT, UNAVAILABLE, DELIVERED):
        worker.settles(worker.claims(), outcome)
        doubts.append(state_of(message)["in_doubt"])

    assert doubts == [True, True, True, False]


def test_what_is_withheld_at_the_second_look_loses_its_data_and_lets_the_next_one_pass(tell, worker):
    message = tell(1)
    tell(2)
    worker.takes()

    worker.settles(worker.claims(), WITHHELD)

    message.refresh_from_db()
    assert (message.state, message.reason, message.payload) == ("withheld", "no_consent", None)
    assert (message.person_hash, message.person_masked, message.done_at) == (
        "hash",
        "j…n@e…e.com",
        worker.now,
    )
    assert Attempt.objects.count() == 0
    assert ids(worker.claims()) == ["event-2"]


def test_the_head_moves_on_past_everything_final(tell, worker):
    for number in (1, 2, 3):
        tell(number)
    worker.takes()
    claimed = worker.claims()
    Message.objects.filter(event_id="event-2").update(state=State.DISCARDED, done_at=worker.now)

    worker.settles(claimed, DELIVERED)

    assert ids(worker.claims()) == ["event-3"]


@pytest.mark.parametrize(("days", "tries", "state"), [(8, 3, "failed"), (8, 2, "waiting"), (6, 9, "waiting")])
def test_a_message_is_given_up_when_it_is_old_and_was_tried(tell, worker, days, tries, state):
    message = tell(1)
    tell(2)
    Message.objects.filter(pk=message.pk).update(
        accepted_at=worker.now - timedelta(days=days), attempts=tries - 1
    )
    worker.takes()

    worker.settles(worker.claims(), UNAVAILABLE)

    message.refresh_from_db()
    assert (message.state, message.reason) == (state, "expired" if state == "failed" else "unavailable")
    assert ids(worker.claims()) == (["event-2"] if state == "failed" else ["event-1"])


def test_a_held_lane_is_nobody_else_s(tell, worker):
    tell(1)
    worker.takes()

    assert take(worker.store_id, owner="other", now=worker.now + timedelta(seconds=59)) is None
    assert due_stores(now=worker.now + timedelta(seconds=59)) == []


def test_a_lease_that_ran_out_passes_on_and_fences_the_former_holder_off(tell, worker, state_of):
    message = tell(1)
    worker.takes()
    claimed = worker.claims()
    other = Worker(worker.store_id, worker.now + timedelta(seconds=60))

    assert other.takes().epoch == worker.lease.epoch + 1

    with pytest.raises(LeaseLost):
        worker.settles(claimed, DELIVERED, WORKS)
    with pytest.raises(LeaseLost):
        worker.claims()
    with pytest.raises(LeaseLost):
        renew(worker.lease, now=worker.now)
    release(worker.lease)
    assert Lane.objects.get().lease_until == other.now + timedelta(seconds=60)
    assert state_of(message) == {"state": "waiting", "reason": None, "attempts": 1, "in_doubt": True}
    assert ids(other.claims()) == ["event-1"]


def test_what_a_dead_worker_left_is_in_doubt_and_the_first_to_be_sent(tell, worker):
    message = tell(1)
    tell(2)
    worker.takes()
    worker.claims()
    other = Worker(worker.store_id, worker.now + timedelta(minutes=2))

    other.takes()

    message.refresh_from_db()
    assert (message.state, message.in_doubt, message.crash_reclaims) == ("waiting", True, 1)
    assert list(Attempt.objects.values_list("outcome", "finished_at")) == [("interrupted", other.now)]
    assert ids(other.claims()) == ["event-1"]


def test_a_store_whose_only_message_was_in_flight_at_a_crash_is_served_again(tell, worker):
    tell(1)
    worker.takes()
    worker.claims()

    assert due_stores(now=worker.now + timedelta(seconds=61)) == [worker.store_id]


def test_all_lanes_are_free_once_the_only_dispatcher_is_known_to_be_dead(tell, worker):
    tell(1)
    worker.takes()
    worker.claims()

    release_all()

    assert due_stores(now=worker.now) == [worker.store_id]
    worker.takes()
    assert ids(worker.claims()) == ["event-1"]


def test_a_lease_covers_what_ends_before_it_on_the_clock_that_nobody_can_set(monkeypatch):
    monkeypatch.setattr(leasing, "boot_clock", lambda: 1000.0)
    lease = Lease(store_id=1, epoch=1, ends_at_boot_clock=1060.0)

    assert (lease.covers(59.9), lease.covers(60.0)) == (True, False)


def test_a_lease_is_longer_by_every_claim(tell, worker, monkeypatch):
    tell(1)
    monkeypatch.setattr(leasing, "boot_clock", lambda: 1000.0)
    worker.takes()
    monkeypatch.setattr(leasing, "boot_clock", lambda: 1030.0)

    worker.claims()

    assert worker.lease.ends_at_boot_clock == 1090.0


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(days=1)])
def test_a_clock_that_was_set_back_keeps_nothing_waiting(tell, worker, jump):
    tell(1)
    worker.takes()
    worker.settles(worker.claims(), UNAVAILABLE, LaneVerdict(works=False, backoff=timedelta(seconds=8)))
    past = Worker(worker.store_id, worker.now - jump)

    assert due_stores(now=past.now) == [worker.store_id]
    past.takes()
    assert ids(past.claims()) == ["event-1"]


def test_a_clock_that_was_set_back_leaves_the_backlog_in_order(tell, worker):
    tell(1)
    tell(2)
    past = Worker(worker.store_id, worker.now - timedelta(hours=1))
    past.takes()

    claimed = past.claims()
    past.settles(claimed, DELIVERED)

    assert ids(claimed + past.claims()) == ["event-1", "event-2"]


@pytest.mark.parametrize("pause", [None, "secret"])
def test_a_lane_that_backs_off_is_not_due_and_then_tries_one(tell, worker, pause):
    for number in range(3):
        tell(number, email=f"person-{number}@example.com")
    worker.takes()
    verdict = LaneVerdict(works=False, backoff=timedelta(seconds=8), pause=pause)
    worker.settles(worker.claims(), UNAVAILABLE, verdict)
    release(worker.lease)

    lane = Lane.objects.get()
    assert (lane.failures, lane.paused_reason) == (1, pause)
    assert due_stores(now=worker.now + timedelta(seconds=7.9)) == []
    assert worker.takes() is not None
    assert worker.claims() == []
    worker.now += timedelta(seconds=8)
    assert due_stores(now=worker.now) == []  # held by this very worker
    assert ids(worker.claims()) == ["event-0"]
    worker.settles([], DELIVERED, WORKS)
    assert ids(worker.claims()) == ["event-1", "event-2"]


def test_saved_settings_end_every_pause(tell, worker):
    tell(1)
    worker.takes()
    worker.settles(
        worker.claims(), UNAVAILABLE, LaneVerdict(works=False, backoff=timedelta(hours=1), pause="secret")
    )
    release(worker.lease)

    resume(worker.store_id)

    assert due_stores(now=worker.now) == [worker.store_id]
    assert list(Lane.objects.values_list("failures", "backoff_until", "paused_reason")) == [(0, None, None)]


def test_a_lane_is_left_alone_after_a_fault_of_our_own(tell, worker):
    tell(1)

    back_off(worker.store_id, chance=0.5, now=worker.now)
    back_off(worker.store_id, chance=0.5, now=worker.now)

    lane = Lane.objects.get()
    assert (lane.failures, lane.backoff_until) == (2, worker.now + timedelta(seconds=2))


def test_backing_off_for_a_store_that_was_removed_does_nothing(store, tell, remove):
    tell(1)
    number = store.pk
    remove(store)

    back_off(number, chance=0.5, now=timezone.now())

    assert Lane.objects.count() == 0


def test_stores_are_served_in_turn(store, other_store, tell, an_event):
    from ebexo.ingest.receive import receive

    tell(1)
    receive(other_store, an_event(1))
    now = timezone.now()

    assert due_stores(now=now) == [store.pk, other_store.pk]
    lease = take(store.pk, owner="worker", now=now)
    assert lease
    release(lease)
    assert due_stores(now=now) == [other_store.pk, store.pk]


def test_one_store_s_lane_says_nothing_about_another_s(store, other_store, tell, an_event):
    from ebexo.ingest.receive import receive

    tell(1)
    receive(other_store, an_event(1))
    now = timezone.now()
    theirs = Worker(other_store.pk, now)
    take(store.pk, owner="worker", now=now)
    theirs.takes()

    assert [one.message.store_id for one in theirs.claims()] == [other_store.pk]
