"""What the outbox does with many messages at once: claiming, beginning, settling, uniting, moving heads on."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from ebexo.outbox import claim as claiming
from ebexo.outbox import heads
from ebexo.outbox.choosing import Batch
from ebexo.outbox.claim import begin, claim
from ebexo.outbox.heads import move_heads_on
from ebexo.outbox.lease import LeaseLost, take
from ebexo.outbox.models import Attempt, Key, Lane, Message
from ebexo.outbox.put import NewMessage, put
from ebexo.outbox.settle import settle
from ebexo.outbox.states import LaneVerdict, Outcome, State
from ebexo.outbox.uniting import FOLLOWERS

pytestmark = pytest.mark.django_db

NOW = timezone.now()
UPDATED, PLACED = "customer.updated", "order.placed"
THREE_TO_FOUR = Batch({UPDATED}, at_least=3, limit=4)

DELIVERED = Outcome(State.DELIVERED, kind="delivered", http_status=200)
LEFT_OUT = Outcome(State.WAITING, kind="left_out", reason="left_out", http_status=200, largest_batch=1)
REFUSED = Outcome(State.FAILED, kind="refused", reason="refused", http_status=400, error="No.")
NOT_SENT = Outcome(State.WAITING, kind="not_sent", was_called=False)
BROKE = Outcome(State.WAITING, kind="broke", reason="our_fault", in_doubt=True, broke=True)


@pytest.fixture
def queued(store: Any) -> Callable[..., Message]:
    """Put a message: of whom, which, and what it holds."""

    def done(key: int, number: int, event_type: str = UPDATED, **fields: Any) -> Message:
        accepted_at = NOW + timedelta(milliseconds=number)
        news = NewMessage(f"event-{number}", event_type, "sha", occurred_at=NOW, accepted_at=accepted_at)
        not_before = fields.pop("not_before", None)
        message = put(store.pk, news, key=f"contact:{key}", payload=f"{number}", not_before=not_before)
        if fields:
            Message.objects.filter(pk=message.pk).update(**fields)
        return message

    return done


@pytest.fixture
def worker(store: Any) -> Any:
    """Claims for the store, and gives back the numbers of the events."""

    class Worker:
        now = NOW + timedelta(seconds=1)

        def __init__(self) -> None:
            self.lease: Any = None
            self.claim: Any = None

        def claims(self, limit: int = 2, **how: Any) -> list[int]:
            if self.lease is None:
                self.lease = take(store.pk, owner="worker", now=self.now)
            self.claim = claim(self.lease, limit=limit, now=self.now, **how)
            return [int(one.message.event_id.partition("-")[2]) for one in self.claim.messages]

        def begins(self, *sizes: int) -> list[Any]:
            """Calls of so many messages each."""
            left = list(self.claim.messages)
            calls = [[left.pop(0) for _ in range(size)] for size in sizes]
            begin(self.lease, calls, endpoint="http://there", now=self.now)
            return [one for call in calls for one in call]

        def settles(self, *outcomes: Any, verdict: LaneVerdict | None = None) -> None:
            settle(self.lease, outcomes, verdict=verdict, now=self.now)

    return Worker()


def row(message: Message, *names: str) -> Any:
    return Message.objects.values_list(*names).get(pk=message.pk)


class TestClaiming:
    def test_where_many_of_one_kind_wait_as_many_as_a_call_takes_come_together(self, queued, worker):
        for number in range(6):
            queued(number, number)

        assert worker.claims(batch=THREE_TO_FOUR) == [0, 1, 2, 3]
        assert (worker.claim.is_batch, worker.claim.is_lone) == (True, False)

    def test_where_fewer_wait_each_comes_for_itself(self, queued, worker):
        queued(0, 0)
        queued(1, 1)
        queued(2, 2, PLACED)

        assert worker.claims(limit=2, batch=THREE_TO_FOUR) == [0, 1]
        assert not worker.claim.is_batch

    def test_beside_a_batch_others_have_their_turn(self, queued, worker):
        queued(0, 0, PLACED)
        for number in (1, 2, 3):
            queued(number, number)

        assert worker.claims(limit=2, batch=THREE_TO_FOUR) == [1, 2, 3, 0]

    def test_what_was_left_out_of_a_batch_is_not_taken_with_one_again(self, queued, worker):
        for number in range(3):
            queued(number, number)
        queued(3, 3, largest_batch=1)

        assert worker.claims(limit=1, batch=THREE_TO_FOUR) == [0, 1, 2]

    def test_the_halves_of_a_batch_stay_together_though_they_are_few(self, queued, worker):
        queued(0, 0, largest_batch=2)
        queued(1, 1, largest_batch=2)

        assert worker.claims(limit=1, batch=Batch({UPDATED}, at_least=20, limit=400)) == [0, 1]
        assert worker.claim.is_batch

    @pytest.mark.parametrize(("event_type", "read"), [(PLACED, [2]), (UPDATED, [6])])
    def test_as_many_as_a_call_takes_are_read_only_where_they_can_share_one(
        self, queued, worker, monkeypatch, event_type, read
    ):
        for number in range(8):
            queued(number, number, event_type)
        original, taken = claiming._locked, []

        def watched(numbers):
            taken.append(len(numbers))
            return original(numbers)

        monkeypatch.setattr(claiming, "_locked", watched)

        worker.claims(limit=2, batch=Batch({UPDATED}, at_least=3, limit=6))

        assert taken == read

    @pytest.mark.parametrize("trouble", [{"failures": 1}, {"paused_reason": "secret"}])
    def test_where_the_last_call_failed_one_is_tried(self, queued, worker, trouble):
        for number in range(4):
            queued(number, number)
        Lane.objects.update(**trouble)

        assert worker.claims(batch=THREE_TO_FOUR) == [0]
        assert (worker.claim.is_batch, worker.claim.is_lone) == (False, True)

    def test_a_suspect_comes_alone_wherever_it_stands(self, queued, worker):
        for number in range(3):
            queued(number, number)
        queued(3, 3, crash_reclaims=3)

        assert worker.claims(batch=THREE_TO_FOUR) == [3]
        assert (worker.claim.is_batch, worker.claim.is_lone) == (False, True)

    def test_a_suspect_waits_until_nothing_else_is_in_hand(self, queued, worker):
        suspect = queued(0, 0, crash_reclaims=3)

        assert worker.claims(has_company=True) == []
        assert worker.claim.is_lone
        assert row(suspect, "state", "attempts") == ("waiting", 0)


class TestCalls:
    def test_a_call_with_many_messages_is_one_attempt(self, store, queued, worker):
        messages = [queued(number, number) for number in range(4)]
        worker.claims(batch=THREE_TO_FOUR)

        begun = worker.begins(3, 1)

        shared, single = Attempt.objects.order_by("pk")
        assert [one.attempt_id for one in begun] == [shared.pk, shared.pk, shared.pk, single.pk]
        assert sorted(shared.messages.values_list("pk", flat=True)) == [one.pk for one in messages[:3]]
        assert list(single.messages.values_list("pk", flat=True)) == [messages[3].pk]
        assert [row(one, "attempts") for one in messages] == [(1,)] * 4

    def test_a_former_holder_begins_nothing(self, store, queued, worker):
        queued(0, 0)
        worker.claims()
        take(store.pk, owner="other", now=worker.now + timedelta(hours=1))

        with pytest.raises(LeaseLost):
            worker.begins(1)

        assert Attempt.objects.count() == 0

    def test_each_message_of_a_call_ends_for_itself(self, queued, worker):
        messages = [queued(number, number, attempts=2) for number in range(3)]
        behind = queued(0, 10)
        worker.claims(batch=THREE_TO_FOUR)
        first, second, third = worker.begins(3)

        worker.settles((first, DELIVERED), (second, LEFT_OUT), (third, REFUSED))

        assert list(Attempt.objects.values_list("outcome", "http_status", "error", "finished_at")) == [
            ("partly", 400, "No.", worker.now)
        ]
        names = ("state", "reason", "attempts", "largest_batch", "done_at")
        assert [row(one, *names) for one in messages] == [
            ("delivered", None, 3, None, worker.now),
            ("waiting", "left_out", 3, 1, None),
            ("failed", "refused", 3, None, worker.now),
        ]
        assert list(Key.objects.order_by("pk").values_list("head_seq", "head_message", "due_at")) == [
            (2, behind.pk, behind.accepted_at),
            (1, messages[1].pk, worker.now),
            (2, None, None),
        ]

    def test_a_call_that_came_to_one_thing_is_called_that(self, queued, worker):
        for number in range(3):
            queued(number, number)
        worker.claims(batch=THREE_TO_FOUR)
        begun = worker.begins(3)

        worker.settles(*[(one, DELIVERED) for one in begun], verdict=LaneVerdict(works=True))

        assert list(Attempt.objects.values_list("outcome", "http_status")) == [("delivered", 200)]

    def test_a_call_that_was_not_made_leaves_no_attempt_and_does_not_count(self, queued, worker):
        messages = [queued(number, number, largest_batch=7) for number in range(3)]
        worker.claims(batch=THREE_TO_FOUR)
        begun = worker.begins(3)

        worker.settles(*[(one, NOT_SENT) for one in begun])

        assert Attempt.objects.count() == 0
        assert [row(one, "state", "attempts", "largest_batch") for one in messages] == [("waiting", 0, 7)] * 3


class TestBreaking:
    def test_what_was_in_hand_at_five_breaks_is_given_up_and_the_next_one_passes(self, store, queued, worker):
        poison, healthy = queued(0, 0, crash_reclaims=4), queued(1, 1)
        behind = queued(0, 2)
        worker.claims()
        (one,) = worker.begins(1)
        later = worker.now + timedelta(minutes=2)

        take(store.pk, owner="other", now=later)

        assert row(poison, "state", "reason", "in_doubt", "crash_reclaims", "done_at") == (
            "failed",
            "poison",
            True,
            5,
            later,
        )
        assert list(Attempt.objects.values_list("pk", "outcome", "finished_at")) == [
            (one.attempt_id, "interrupted", later)
        ]
        assert row(healthy, "state", "crash_reclaims") == ("waiting", 0)
        assert list(Key.objects.order_by("pk").values_list("head_message", "due_at")) == [
            (behind.pk, behind.accepted_at),
            (healthy.pk, healthy.accepted_at),
        ]

    def test_what_our_own_work_fails_on_five_times_is_given_up_too(self, queued, worker):
        message = queued(0, 0)

        counts = []
        for _ in range(5):
            worker.claims()
            worker.settles((worker.begins(1)[0], BROKE))
            counts.append(row(message, "state", "crash_reclaims"))

        assert counts == [("waiting", 1), ("waiting", 2), ("waiting", 3), ("waiting", 4), ("failed", 5)]
        assert row(message, "reason", "in_doubt") == ("poison", True)

    def test_a_call_that_came_back_takes_the_suspicion_away(self, queued, worker):
        message = queued(0, 0, crash_reclaims=4)
        worker.claims()

        worker.settles((worker.begins(1)[0], LEFT_OUT))

        assert row(message, "state", "crash_reclaims") == ("waiting", 0)


class TestMovingHeadsOn:
    def test_every_head_is_the_oldest_that_is_not_final(self, queued, monkeypatch):
        monkeypatch.setattr(heads, "AT_ONCE", 2)
        done, later = {"state": State.DELIVERED, "done_at": NOW}, NOW + timedelta(hours=1)
        queued(0, 0, **done)
        queued(1, 1, **done)
        after_one = queued(1, 2)
        queued(2, 3, **done)
        queued(2, 4, **done)
        put_off = queued(2, 5, not_before=later)
        queued(3, 6, **done)
        on_its_way = queued(3, 7, state=State.IN_FLIGHT)
        queued(3, 8)
        stays = queued(4, 9)
        keys = list(Key.objects.order_by("pk").values_list("pk", flat=True))

        move_heads_on(keys)

        found = Key.objects.order_by("pk").values_list("tail_seq", "head_seq", "head_message", "due_at")
        assert list(found) == [
            (1, 2, None, None),
            (2, 2, after_one.pk, after_one.accepted_at),
            (3, 3, put_off.pk, later),
            (3, 2, on_its_way.pk, None),
            (1, 1, stays.pk, stays.accepted_at),
        ]

    def test_other_keys_stay_as_they_are(self, queued):
        queued(0, 0, state=State.DELIVERED, done_at=NOW)
        queued(1, 1, state=State.DELIVERED, done_at=NOW)
        first, second = Key.objects.order_by("pk")

        move_heads_on([first.pk])

        assert list(Key.objects.order_by("pk").values_list("head_seq", flat=True)) == [2, 1]
        assert second.head_message is not None


def joined(older: Message, newer: Message) -> str | None:
    return None if "x" in (older.payload, newer.payload) else f"{older.payload}+{newer.payload}"


class TestUniting:
    def test_what_follows_is_told_with_the_last_of_them(self, queued, worker):
        first, second = queued(0, 1, "customer.registered"), queued(0, 2, "customer.logged_in")
        last = queued(0, 3)

        assert worker.claims(unite=joined) == [3]

        assert row(last, "state", "payload", "carried", "attempts") == (
            "in_flight",
            "1+2+3",
            ["customer.registered", "customer.logged_in"],
            1,
        )
        for earlier in (first, second):
            assert row(earlier, "state", "reason", "superseded_by", "payload", "done_at", "attempts") == (
                "superseded",
                "united",
                last.pk,
                None,
                worker.now,
                0,
            )
        assert list(Key.objects.values_list("head_seq", "head_message", "due_at")) == [(3, last.pk, None)]
        (claimed,) = worker.claim.messages
        assert (claimed.message.payload, claimed.message.carried) == ("1+2+3", row(last, "carried")[0])

    def test_two_that_must_stay_two_end_the_chain(self, queued, worker):
        queued(0, 1)
        queued(0, 2)
        barrier = queued(0, 3, payload="x")
        queued(0, 4)

        assert worker.claims(unite=joined) == [2]
        worker.settles((worker.begins(1)[0], DELIVERED))

        assert Key.objects.get().head_message == barrier.pk
        assert worker.claims(unite=joined) == [3]

    @pytest.mark.parametrize("was_tried", [{"attempts": 1}, {"in_doubt": True}])
    @pytest.mark.parametrize("which", [1, 2])
    def test_what_may_have_arrived_is_not_united(self, queued, worker, was_tried, which):
        for number in (1, 2):
            queued(0, number, **(was_tried if number == which else {}))

        assert worker.claims(unite=joined) == [1]

        assert row(Message.objects.get(event_id="event-2"), "state", "payload") == ("waiting", "2")

    def test_a_gap_ends_the_chain(self, queued, worker):
        queued(0, 1)
        queued(0, 2, state=State.WITHHELD, done_at=NOW)
        queued(0, 3)

        assert worker.claims(unite=joined) == [1]

    def test_a_hundred_at_most_are_looked_at_at_once(self, queued, worker):
        for number in range(FOLLOWERS + 5):
            queued(0, number)

        assert worker.claims(unite=joined) == [FOLLOWERS]
        worker.settles((worker.begins(1)[0], DELIVERED))
        assert worker.claims(unite=joined) == [FOLLOWERS + 4]

        assert Message.objects.filter(state=State.SUPERSEDED).count() == FOLLOWERS + 3

    def test_contacts_are_united_each_for_itself(self, queued, worker):
        for number in range(6):
            queued(number % 3, number)

        assert worker.claims(limit=3, unite=joined, batch=THREE_TO_FOUR) == [3, 4, 5]

        assert [one.message.payload for one in worker.claim.messages] == ["0+3", "1+4", "2+5"]
        assert worker.claim.is_batch
