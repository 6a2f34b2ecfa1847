"""History goes where nothing live is due, in one call at a time, and loses neither order nor anything else."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from ebexo.delivery import drain as draining
from ebexo.delivery.calls import BATCH, HISTORY
from ebexo.delivery.in_hand import Places
from ebexo.outbox.claim import Claim, claim
from ebexo.outbox.due import due_stores, is_due
from ebexo.outbox.lease import take
from ebexo.outbox.models import Key, Lane, Message
from ebexo.outbox.put import NewMessage, put
from ebexo.outbox.put_all import Queued, put_all
from ebexo.outbox.requeue import requeue
from ebexo.outbox.settle import settle
from ebexo.outbox.states import LaneVerdict, MessageKind, Outcome, State
from ebexo.outbox.withholding import waiting_of, withhold

pytestmark = pytest.mark.django_db

DELIVERED = Outcome(State.DELIVERED, kind="delivered")
LIVE, OLD = MessageKind.LIVE, MessageKind.HISTORY


class Lines:
    """A store's outbox, on a clock that stands still once everything put is due."""

    def __init__(self, store_id: int) -> None:
        self.store_id, self.at = store_id, timezone.now()
        self.now = self.at + timedelta(seconds=1)
        self.lease: Any = None
        self.number = 0

    def message(self, kind: MessageKind, event_type: str = "customer.updated") -> NewMessage:
        self.number += 1
        return NewMessage(
            f"event-{self.number}", event_type, "sha", occurred_at=self.at, accepted_at=self.at, kind=kind
        )

    def put(self, key: int, kind: MessageKind, event_type: str = "customer.updated") -> Message:
        return put(self.store_id, self.message(kind, event_type), key=f"contact:{key}", payload="{}")

    def put_all(self, *keys_and_kinds: tuple[int, MessageKind]) -> None:
        entries = [Queued(self.message(kind), f"contact:{key}", "{}") for key, kind in keys_and_kinds]
        put_all(self.store_id, entries)

    def claim(self, *, limit: int = 4, **more: Any) -> Claim:
        self.lease = self.lease or take(self.store_id, owner="worker", now=self.now)
        taken = claim(self.lease, limit=limit, now=self.now, **{"history": HISTORY, **more})
        self.lease = taken.lease
        return taken

    def settle(self, taken: Claim, outcome: Outcome = DELIVERED) -> None:
        verdict = LaneVerdict(works=True)
        settle(self.lease, [(one, outcome) for one in taken.messages], verdict=verdict, now=self.now)


@pytest.fixture
def lines(store):
    return Lines(store.pk)


def ids(taken):
    """Of what goes first, and of what is last."""
    first = [one.message.event_id for one in taken.messages if not one.is_last]
    return first, [one.message.event_id for one in taken.messages if one.is_last]


def urgencies():
    return list(Key.objects.order_by("pk").values_list("is_history", flat=True))


def test_what_is_live_goes_first_though_history_is_older_and_history_gets_the_place_that_is_left(lines):
    for key in (1, 2):
        lines.put(key, OLD)
    for key in (3, 4, 5):
        lines.put(key, LIVE)

    assert ids(lines.claim(limit=2)) == (["event-3", "event-4"], [])
    assert ids(lines.claim(limit=2)) == (["event-5"], ["event-1", "event-2"])


def test_no_second_call_of_history_is_given_out_where_none_is_asked_for(lines):
    lines.put_all((1, OLD), (2, OLD), (3, LIVE))

    assert ids(lines.claim(history=None)) == (["event-3"], [])
    assert ids(lines.claim(history=None)) == ([], [])


def test_four_hundred_of_history_go_together_beside_nothing_but_a_few(lines):
    lines.put_all(*((key, OLD) for key in range(401)))

    first, last = ids(lines.claim(limit=1))

    assert (first, len(last)) == ([], 400)
    assert ids(lines.claim(limit=1)) == ([], ["event-401"])


def test_beside_a_batch_of_live_messages_there_is_no_history(lines):
    lines.put_all(*((key, LIVE) for key in range(BATCH.at_least)), (100, OLD))

    first, last = ids(lines.claim(batch=BATCH))

    assert (len(first), last) == (BATCH.at_least, [])


def test_what_can_share_no_call_goes_alone_in_its_turn(lines):
    lines.put(1, OLD, "consent.changed")
    lines.put(2, OLD)
    lines.put(3, OLD, "consent.changed")
    lines.put(4, OLD)

    taken = [ids(lines.claim())[1] for _ in range(4)]

    assert taken == [["event-1"], ["event-2", "event-4"], ["event-3"], []]


def test_what_stands_before_a_live_message_is_as_urgent(lines):
    lines.put(1, OLD)
    lines.put(2, OLD)
    lines.put(2, LIVE)
    assert urgencies() == [True, False]

    taken = lines.claim(history=None)
    assert ids(taken) == (["event-2"], [])
    lines.settle(taken)

    assert ids(lines.claim()) == (["event-3"], ["event-1"])


def test_history_behind_a_live_message_is_history_once_that_one_is_gone(lines):
    lines.put(1, LIVE)
    lines.put(1, OLD)
    lines.put_all((1, OLD), (2, OLD), (2, OLD))
    assert urgencies() == [False, True]

    lines.settle(lines.claim(history=None))

    assert urgencies() == [True, True]
    assert ids(lines.claim()) == ([], ["event-2", "event-4"])


def test_many_put_at_once_are_as_urgent_as_one_after_the_other(lines):
    lines.put_all((1, OLD), (1, LIVE), (2, OLD), (3, LIVE), (3, OLD))
    lines.put_all((1, OLD), (2, OLD))
    assert urgencies() == [False, True, False]

    lines.put_all((2, LIVE))

    assert urgencies() == [False, False, False]


def test_history_is_history_again_once_what_waits_live_behind_it_is_withheld(lines):
    lines.put(1, OLD)
    lines.put(1, LIVE)

    live = [message for message in waiting_of(lines.store_id) if message.kind == LIVE]
    withhold(live, reason="no_consent", person_of=None, now=lines.now)

    assert urgencies() == [True]
    assert ids(lines.claim()) == ([], ["event-1"])


def test_an_empty_line_takes_the_urgency_of_what_comes_next(lines):
    lines.put(1, LIVE)
    lines.settle(lines.claim())

    lines.put(1, OLD)
    assert urgencies() == [True]
    lines.settle(lines.claim())
    lines.put(1, LIVE)

    assert urgencies() == [False]


def test_history_that_is_sent_again_is_history(lines):
    message = lines.put(1, OLD)
    lines.settle(lines.claim(), Outcome(State.FAILED, kind="refused", reason="refused"))
    message.refresh_from_db()

    requeue(message)

    assert ids(lines.claim()) == ([], ["event-1"])


def test_what_turns_out_to_be_another_s_keeps_its_kind(lines):
    lines.put(1, OLD)

    moved = Outcome(State.WAITING, kind="identified", was_called=False, moves_to="contact:2")
    lines.settle(lines.claim(), moved)

    assert ids(lines.claim()) == ([], ["event-1"])


def test_only_messages_of_one_kind_become_one(lines):
    for kind in (OLD, OLD, LIVE, LIVE):
        lines.put(1, kind)

    taken = lines.claim(unite=lambda older, newer: "{}")
    assert ids(taken) == (["event-2"], [])
    lines.settle(taken)

    assert ids(lines.claim(unite=lambda older, newer: "{}")) == (["event-4"], [])


def test_a_suspect_of_history_waits_until_there_is_nothing_else(lines):
    suspect = lines.put(1, OLD)
    lines.put(2, OLD)
    lines.put(3, LIVE)
    Message.objects.filter(pk=suspect.pk).update(crash_reclaims=3)

    assert ids(lines.claim()) == (["event-3"], ["event-2"])
    assert ids(lines.claim(has_company=True)) == ([], [])
    alone = lines.claim()
    assert (ids(alone), alone.is_lone) == ((["event-1"], []), True)


def test_a_far_side_in_trouble_is_tried_with_what_is_live(lines):
    lines.put(1, OLD)
    lines.put(2, LIVE)
    Lane.objects.update(failures=1)

    assert ids(lines.claim()) == (["event-2"], [])
    assert ids(lines.claim()) == (["event-1"], [])


def test_stores_with_something_live_have_their_turn_before_those_with_history(lines, other_store):
    other = Lines(other_store.pk)
    other.put(1, LIVE)
    lines.put(1, OLD)
    Lane.objects.filter(store=other_store).update(last_served_at=lines.at)
    assert due_stores(now=lines.now) == [other.store_id, lines.store_id]

    lines.put(2, LIVE)

    assert due_stores(now=lines.now) == [lines.store_id, other.store_id]


def test_a_look_tells_history_from_what_is_live(lines):
    assert not is_due(lines.store_id, with_history=True, now=lines.now)
    lines.put(1, OLD)
    assert is_due(lines.store_id, with_history=True, now=lines.now)
    assert not is_due(lines.store_id, with_history=False, now=lines.now)

    lines.put(2, LIVE)

    assert is_due(lines.store_id, with_history=False, now=lines.now)


def test_one_call_of_history_is_made_and_what_does_not_fit_into_it_is_put_back(tell, worker):
    for number in range(3):
        tell(number, email=f"person-{number}@example.com")
    Message.objects.update(kind=OLD)
    Key.objects.update(is_history=True)
    Message.objects.filter(event_id="event-1").update(largest_batch=2)

    worker.claim()

    assert [job.event.id for job in worker.jobs] == ["event-0", "event-2"]
    back = Message.objects.get(event_id="event-1")
    assert (back.state, back.attempts, back.largest_batch) == ("waiting", 0, 1)


def test_a_place_for_history_is_taken_once(store, tell, worker):
    tell(1)
    Message.objects.update(kind=OLD)
    Key.objects.update(is_history=True)
    lease = take(store.pk, owner="worker", now=timezone.now())
    assert lease
    holding = draining.Holding(lease)

    assert draining._has_to_serve(holding, Places(3))
    assert not draining._has_to_serve(holding, Places(3, takes_history=False))
    assert not draining._has_to_serve(holding, Places(0))
