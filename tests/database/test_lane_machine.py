"""The lane protocol under random histories: workers pause and die, clocks are set, calls fail.

Two workers and what they may do to each other are played step by step: take, claim, begin, send, settle, release, each
as its own transaction, in any order. What the far side applied, and in which order, is remembered apart from our code.
"""

import itertools
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Q
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from ebexo.connection.timings import call_seconds
from ebexo.delivery.drain import TO_SPARE
from ebexo.outbox import claim as claiming
from ebexo.outbox import lease as leasing
from ebexo.outbox import settle as settling
from ebexo.outbox.choosing import Batch, Head
from ebexo.outbox.claim import Claimed, begin
from ebexo.outbox.lease import Lease, LeaseLost, renew
from ebexo.outbox.models import Attempt, Key, Lane, Message
from ebexo.outbox.put import NewMessage, put
from ebexo.outbox.put_all import Queued, put_all
from ebexo.outbox.requeue import requeue
from ebexo.outbox.settle import settle
from ebexo.outbox.states import LIVE_STATES, LaneVerdict, MessageKind, Outcome, State
from ebexo.outbox.stopping import go_on, stop
from ebexo.outbox.withholding import waiting_of, withhold

pytestmark = pytest.mark.django_db

START = datetime(2026, 11, 23, 12, tzinfo=UTC)
KEYS = ("contact:1", "contact:2", "contact:3")
BATCH = Batch(types={"customer.updated"}, at_least=2, limit=3)
WORKERS = st.integers(0, 1)
KINDS = ("mergeable", "alone", "mergeable-old", "alone-old")
"""Of messages; the last two are history."""

WITHHELD = Outcome(
    State.WITHHELD, kind="withheld", reason="no_consent", was_called=False, person=("hash", None)
)
NOT_SENT = Outcome(State.WAITING, kind="not_sent", was_called=False)
ANSWERS: dict[str, tuple[bool, Outcome]] = {
    "fine": (True, Outcome(State.DELIVERED, kind="delivered")),
    "refused": (False, Outcome(State.FAILED, kind="refused", reason="refused")),
    "unavailable": (False, Outcome(State.WAITING, kind="unavailable", delay=timedelta(seconds=3))),
    "lost": (False, Outcome(State.WAITING, kind="unknown", in_doubt=True)),
    "unread": (True, Outcome(State.WAITING, kind="unknown", in_doubt=True)),
    "broke": (True, Outcome(State.WAITING, kind="broke", in_doubt=True, broke=True)),
    "held": (True, Outcome(State.HELD, kind="cannot_be_known", reason="cannot_be_known", in_doubt=True)),
    "halved": (False, Outcome(State.WAITING, kind="refused", reason="batch_refused", largest_batch=1)),
    "asked": (False, Outcome(State.WAITING, kind="asked", moves_to=KEYS[2])),
}
"""What can come of a call: does the far side apply it, and what do we learn?"""
AWAY = ("unavailable", "lost", "unread")


@dataclass(eq=False)
class Worker:
    """A process that may hold the lane, and what it has in its memory."""

    lease: Lease | None = None
    clock_settings: int = 0
    stopped: list[tuple[Claimed, Outcome]] = field(default_factory=list)
    claimed: list[list[Claimed]] = field(default_factory=list)
    begun: list[list[Claimed]] = field(default_factory=list)
    results: list[tuple[Claimed, Outcome]] = field(default_factory=list)
    works: bool = True
    was_thrown_off: bool = False
    found_nothing: bool = False


@dataclass(frozen=True, eq=False)
class Request:
    """A call on its way. It arrives by `until` on the boot clock, also when its sender is dead by then."""

    sender: Worker
    epoch: int
    call: list[Claimed]
    answer: str
    until: float
    clock_settings: int


def joined(older: Message, newer: Message) -> str | None:
    """Payloads are the ids they stand for; those of one kind can be united."""
    assert older.kind == newer.kind, "live and history as one"
    payloads = (older.payload or "", newer.payload or "")
    return " ".join(payloads) if all("mergeable" in payload for payload in payloads) else None


class Clocks:
    """The time of day, which anybody may set, and the time since the start, which only passes."""

    def __init__(self) -> None:
        self.of_day, self.boot, self.times_set = START, 0.0, 0


def machine_of(store_id: int, clocks: Clocks) -> type[RuleBasedStateMachine]:  # noqa: C901  (a class)
    class LaneMachine(RuleBasedStateMachine):
        steps = 0

        def __init__(self) -> None:
            super().__init__()
            self.undo = transaction.atomic()
            self.undo.__enter__()
            clocks.__init__()  # type: ignore[misc]
            self.workers = [Worker(), Worker()]
            self.on_their_way: list[Request] = []
            self.numbers = itertools.count(1)
            self.live_epoch = 0
            self.newest: dict[int, int] = {}
            self.applied: set[int] = set()
            self.arrived: set[str] = set()
            self.final: dict[int, str] = {}
            self.puts: list[str] = []
            self.is_red = self.may_set_clock = False

        def teardown(self) -> None:
            try:
                if not self.is_red:
                    self.end_well()
            finally:
                transaction.set_rollback(True)
                self.undo.__exit__(None, None, None)

        def check(self, is_right: bool, what: str) -> None:
            self.is_red |= not is_right
            assert is_right, what

        # What happens meanwhile

        @initialize(may_set_clock=st.sampled_from([False, False, True]))
        def begin_history(self, may_set_clock: bool) -> None:
            self.may_set_clock = may_set_clock
            self.tell(0, 2, "mergeable")

        @rule(
            key=st.integers(0, 2),
            many=st.integers(1, 3),
            kind=st.sampled_from(KINDS),
        )
        def tell(self, key: int, many: int, kind: str) -> None:
            news = [self.message(kind) for _ in range(many)]
            if many == 1:
                put(store_id, news[0], key=KEYS[key], payload=f"{news[0].event_id}-{kind}")
                return
            put_all(store_id, [Queued(one, KEYS[key], f"{one.event_id}-{kind}") for one in news])

        @rule(seconds=st.sampled_from([1, 4, 19, 30, 36, 61, 61, 61, 100, 900]))
        def time_passes(self, seconds: float) -> None:
            end = clocks.boot + seconds
            for request in sorted(self.on_their_way, key=lambda request: request.until):
                if request.until <= end:
                    self.tick(request.until - clocks.boot)
                    self.arrive(request)
            self.tick(end - clocks.boot)

        @rule(
            what=st.sampled_from(
                [
                    "the clock is set",
                    "sending is stopped",
                    "sending goes on",
                    "one is sent again",
                    "some are withheld",
                    "one worker dies",
                    "one worker dies",
                ]
            ),
            seconds=st.sampled_from([-86400, -3600, -600, -61, -5, 5, 61, 600, 3600, 86400]),
            which=st.integers(0, 9),
        )
        def something_else_happens(self, what: str, seconds: int, which: int) -> None:
            match what:
                case "the clock is set" if self.may_set_clock:
                    clocks.of_day += timedelta(seconds=seconds)
                    clocks.times_set += 1
                case "sending is stopped":
                    stop(store_id, now=clocks.of_day)
                case "sending goes on":
                    go_on(store_id)
                case "one is sent again":
                    self.send_again(which)
                case "one worker dies":
                    self.workers[which % 2] = Worker()
                case "some are withheld":
                    with transaction.atomic():
                        waiting = waiting_of(store_id, key=KEYS[which % 3])
                        withhold(waiting[-2:], reason="erased", person_of=None, now=clocks.of_day)

        def send_again(self, which: int) -> None:
            ended = Message.objects.filter(store_id=store_id, state__in=[State.FAILED, State.HELD])
            for message in ended.select_related("key").order_by("pk")[which : which + 1]:
                requeue(message)
                del self.final[message.pk]
                self.applied.discard(message.pk)

        # What the workers do

        @rule(
            number=WORKERS,
            answer=st.sampled_from(["fine", "fine", "fine", *ANSWERS]),
            gate=st.sampled_from([None, None, None, None, WITHHELD, NOT_SENT]),
            lag=st.sampled_from([0, 0, 0, 0, 0, 0, 10, 40, 70]),
            limit=st.integers(1, 3),
            has_more_room=st.booleans(),
            together=st.booleans(),
            times=st.integers(1, 6),
        )
        def one_goes_on(self, number: int, times: int, **how: Any) -> None:
            for _ in range(times):
                self.step(number, **how)
                self.heads_are_right_and_ends_are_final()

        def step(
            self,
            number: int,
            answer: str = "fine",
            gate: Outcome | None = None,
            lag: int = 0,
            limit: int = 3,
            has_more_room: bool = False,
            together: bool = True,
        ) -> None:
            """The worker's next step. `lag`: it reads the clock, and is held up before it uses what it read."""
            worker = self.workers[number]
            if worker.lease is None:
                self.take(worker, lag)
            elif worker.was_thrown_off:
                self.finish_what_was_begun(worker, answer)
            elif worker.stopped or worker.claimed:
                self.fenced(worker, self.settle_stopped if worker.stopped else self.begin)
            elif worker.begun and not has_more_room:
                self.send(worker, answer)
            elif self.requests_of(worker) and not has_more_room:
                self.arrive(self.requests_of(worker)[0])
            elif worker.results:
                self.fenced(worker, self.settle)
            elif worker.found_nothing and not worker.begun and not self.requests_of(worker):
                self.fenced(worker, self.release)
            else:
                self.fenced(worker, lambda worker: self.claim(worker, gate, lag, limit, together))

        def take(self, worker: Worker, lag: int) -> None:
            now = self.read_clock(lag)
            worker.lease = leasing.take(store_id, owner="worker", now=now)
            if worker.lease:
                worker.clock_settings = clocks.times_set
                self.check(worker.lease.epoch == self.live_epoch + 1, "two leases of one epoch")
                self.live_epoch = worker.lease.epoch

        def claim(self, worker: Worker, gate: Outcome | None, lag: int, limit: int, together: bool) -> None:
            now = self.read_clock(lag)
            unite, batch = (joined, BATCH) if together else (None, None)
            in_hand = [one for request in self.requests_of(worker) for one in request.call]
            in_hand += [one for call in worker.begun for one in call] + [one for one, _ in worker.results]
            taken = claiming.claim(
                self.lease_of(worker),
                limit=limit,
                now=now,
                unite=unite,
                batch=batch,
                history=None if any(one.is_last for one in in_hand) else BATCH,
                has_company=bool(in_hand),
            )
            worker.lease, worker.clock_settings = taken.lease, clocks.times_set
            messages = list(taken.messages)
            worker.found_nothing = not messages
            if gate and messages:
                worker.stopped = [(messages.pop(0), gate)]
            last = [one for one in messages if one.is_last]
            self.check(len({one.message.type in BATCH.types for one in last}) <= 1, "it can't be one call")
            alike = [one for one in messages if one.message.type in BATCH.types and one not in last]
            groups = [[one for one in alike if one.message.kind == kind] for kind in ("live", "history")]
            shared = [group for group in groups if group and taken.is_batch]
            alone = [one for one in messages if one not in last and not any(one in group for group in shared)]
            worker.claimed = [*shared, *([one] for one in alone), *([last] if last else [])]

        def settle_stopped(self, worker: Worker) -> None:
            stopped = [
                (one, replace(outcome, moves_to=one.key) if outcome is NOT_SENT else outcome)
                for one, outcome in worker.stopped
            ]
            worker.stopped = []
            settling.settle(self.lease_of(worker), stopped, verdict=None, now=clocks.of_day)

        def begin(self, worker: Worker) -> None:
            calls, worker.claimed = worker.claimed, []
            lease = self.lease_of(worker)
            claiming.begin(lease, calls, endpoint="http://there", now=clocks.of_day)
            worker.begun += calls

        def send(self, worker: Worker, answer: str) -> None:
            """As in a drain: asked immediately before whether the lane is ours until the call is over."""
            call, lease = worker.begun.pop(0), self.lease_of(worker)
            if not lease.covers(TO_SPARE * call_seconds()):
                worker.results += [(one, NOT_SENT) for one in call]
                return
            until = clocks.boot + call_seconds()
            self.on_their_way.append(Request(worker, lease.epoch, call, answer, until, worker.clock_settings))

        def settle(self, worker: Worker) -> None:
            results, worker.results = worker.results, []
            verdict = LaneVerdict(works=worker.works, backoff=None if worker.works else timedelta(seconds=5))
            worker.works = True
            settling.settle(self.lease_of(worker), results, verdict=verdict, now=clocks.of_day)

        def release(self, worker: Worker) -> None:
            leasing.release(self.lease_of(worker))
            self.start_anew(worker)

        def finish_what_was_begun(self, worker: Worker, answer: str) -> None:
            """A drain that lost its lane waits for its calls; what comes of them is not written."""
            worker.results = []
            if worker.begun:
                self.send(worker, answer)
            elif self.requests_of(worker):
                self.arrive(self.requests_of(worker)[0])
            else:
                self.start_anew(worker)

        def fenced(self, worker: Worker, step: Any) -> None:
            """Who does not hold the lane any more writes nothing; who holds it is not thrown off."""
            is_live = self.lease_of(worker).epoch == self.live_epoch
            before = None if is_live else self.rows()
            try:
                step(worker)
            except LeaseLost:
                self.check(not is_live, "the holder of the lane was thrown off")
                worker.was_thrown_off, worker.stopped, worker.claimed = True, [], []
            self.check(is_live or self.rows() == before, "a former holder wrote")

        # The far side

        def arrive(self, request: Request) -> None:
            self.on_their_way.remove(request)
            is_applied, outcome = ANSWERS[request.answer]
            for one in request.call if is_applied else []:
                self.apply(one, request)
            sender = request.sender
            sender.works &= request.answer not in AWAY
            sender.results += [(one, outcome) for one in request.call]

        def apply(self, one: Claimed, request: Request) -> None:
            attempts = Attempt.objects.filter(
                pk=one.attempt_id or 0, epoch=request.epoch, messages=one.message.pk
            )
            self.check(attempts.exists(), "sent, and there is no record of the attempt")
            message = Message.objects.get(pk=one.message.pk)
            is_in_hand = (message.state, message.epoch) == (State.IN_FLIGHT, request.epoch)
            if not is_in_hand and request.clock_settings != clocks.times_set:
                return  # where somebody sets the time of day a lease may end early: at worst a message comes twice
            key, seq = message.key_id or 0, message.key_seq or 0
            self.check(seq >= self.newest.get(key, 0), "an older message after a newer one")
            self.check(is_in_hand, "sent by somebody in whose hands it was not any more")
            self.newest[key] = seq
            self.applied.add(message.pk)
            self.arrived |= {told.partition("-")[0] for told in (message.payload or "").split()}

        # What holds at any time

        @invariant()
        def heads_are_right_and_ends_are_final(self) -> None:
            type(self).steps += 1
            lines: dict[int, list[tuple[int, int, str]]] = {}
            rows = Message.objects.filter(store_id=store_id).order_by("key_id", "key_seq")
            waits_live: set[int] = set()
            for pk, key, seq, state, in_doubt, kind in rows.values_list(
                "pk", "key_id", "key_seq", "state", "in_doubt", "kind"
            ):
                if state not in LIVE_STATES:
                    self.check(self.final.setdefault(pk, state) == state, "one end became another")
                    continue
                self.check(pk not in self.final, "what had ended lives again")
                lines.setdefault(key or 0, []).append((seq or 0, pk, state))
                waits_live |= {key or 0} if kind == "live" else set()
                if state == State.WAITING and pk in self.applied:
                    self.check(in_doubt, "it arrived, and is to be sent again as if nothing were")
            keys = Key.objects.filter(store_id=store_id)
            for pk, tail, head_seq, head, due_at, is_history in keys.values_list(
                "pk", "tail_seq", "head_seq", "head_message", "due_at", "is_history"
            ):
                line = lines.get(pk, [])
                first = line[0] if line else (tail + 1, None, None)
                self.check((head_seq, head) == first[:2], "the head is not the oldest that is live")
                self.check(all(state == State.WAITING for _, _, state in line[1:]), "the head was overtaken")
                self.check(not line or is_history == (pk not in waits_live), "the wrong urgency")
                self.check(
                    (due_at is not None) == (first[2] == State.WAITING), "a head that nobody looks for"
                )

        def end_well(self) -> None:
            """With no more trouble everything ends, and what is said to have been delivered was."""
            self.time_passes(call_seconds())
            self.workers = [Worker(), Worker()]
            go_on(store_id)
            for _ in range(40):
                self.time_passes(900)
                for _ in range(12):
                    self.step(0)
                if not Message.objects.filter(store_id=store_id, done_at=None).exists():
                    break
            messages = {message.pk: message for message in Message.objects.filter(store_id=store_id)}
            self.check(sorted(one.event_id for one in messages.values()) == sorted(self.puts), "one is lost")
            self.check(all(one.done_at for one in messages.values()), "no end of it")
            for message in messages.values():
                last = message
                while last.superseded_by:
                    last = messages[last.superseded_by]
                was_told = last.state != State.DELIVERED or message.event_id in self.arrived
                self.check(was_told, "delivered, and never arrived")

        # Small things

        def message(self, kind: str) -> NewMessage:
            number = f"event{next(self.numbers)}"
            self.puts.append(number)
            event_type = "customer.updated" if "mergeable" in kind else "order.placed"
            return NewMessage(
                number,
                event_type,
                "sha",
                occurred_at=clocks.of_day,
                accepted_at=clocks.of_day,
                kind=MessageKind.HISTORY if kind.endswith("old") else MessageKind.LIVE,
            )

        def tick(self, seconds: float) -> None:
            clocks.boot += seconds
            clocks.of_day += timedelta(seconds=seconds)

        def read_clock(self, lag: int) -> datetime:
            now = clocks.of_day
            if lag:
                self.time_passes(lag)
            return now

        def requests_of(self, worker: Worker) -> list[Request]:
            return [request for request in self.on_their_way if request.sender is worker]

        def start_anew(self, worker: Worker) -> None:
            self.workers[self.workers.index(worker)] = Worker()

        @staticmethod
        def lease_of(worker: Worker) -> Lease:
            assert worker.lease
            return worker.lease

        @staticmethod
        def rows() -> list[Any]:
            tables = (Message, Key, Lane, Attempt)
            return [list(table.objects.order_by("pk").values()) for table in tables]

    return LaneMachine


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, store: Any) -> Any:
    clocks = Clocks()
    monkeypatch.setattr("django.utils.timezone.now", lambda: clocks.of_day)
    monkeypatch.setattr("ebexo.outbox.lease.boot_clock", lambda: clocks.boot)
    return machine_of(store.pk, clocks)


def run(
    machine: Any, *, examples: int, steps: int = 60, phases: tuple[Phase, ...] = (Phase.generate,)
) -> None:
    how = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        derandomize=True,
        database=None,
        phases=phases,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=how)


def test_whatever_happens_order_and_leases_hold(machine):
    run(machine, examples=10)

    assert machine.steps >= 500


@pytest.mark.long
def test_whatever_happens_in_20_000_steps_order_and_leases_hold(machine):
    run(machine, examples=400, phases=(Phase.generate, Phase.shrink))

    assert machine.steps >= 20_000


def any_that_waits(store_id: int, *, limit: int, now: datetime, is_history: bool = False) -> list[Head]:
    waiting = Message.objects.filter(store_id=store_id, state=State.WAITING).order_by("-pk")
    return [] if is_history else [Head(one.pk, one.type, None, 0) for one in waiting[:1]]


def settling_for_whoever_holds_it(lease: Lease, outcomes: Any, **how: Any) -> None:
    settle(replace(lease, epoch=Lane.objects.get().epoch), outcomes, **how)


def beginning_for_whoever_holds_it(lease: Lease, calls: Any, **how: Any) -> None:
    begin(replace(lease, epoch=Lane.objects.get().epoch), calls, **how)


def renewing_for_whoever_holds_it(lease: Lease, **how: Any) -> Lease:
    return renew(replace(lease, epoch=Lane.objects.get().epoch), **how)


def taking_over_without_a_doubt(store_id: int, *, now: datetime) -> None:
    left = Message.objects.filter(store_id=store_id, state=State.IN_FLIGHT)
    Key.objects.filter(pk__in=list(left.values_list("key_id", flat=True))).update(due_at=now)
    left.update(state=State.WAITING)


def leaving_what_was_left(store_id: int, *, now: datetime) -> None:
    pass


def moving_heads_on_by_one(key_ids: Collection[int]) -> None:
    for key in Key.objects.filter(pk__in=key_ids):
        next_one = Message.objects.filter(key=key, key_seq=key.head_seq + 1).first()
        key.head_seq, key.head_message = key.head_seq + 1, next_one.pk if next_one else None
        key.due_at = next_one.accepted_at if next_one else None
        key.save()


# A guard: where it stands, what is put in its place, and what the machine says then.
GUARDS: dict[str, tuple[str, Any, str]] = {
    "only heads are claimed": ("choosing.due_heads", any_that_waits, "overtaken|older"),
    "the lease is looked at before each call": (
        "lease.Lease.covers",
        lambda *args: True,
        "in whose hands it was not|older",
    ),
    "a settlement is under the lane's epoch": (
        "settle.settle",
        settling_for_whoever_holds_it,
        "a former holder wrote",
    ),
    "a call is begun under the lane's epoch": (
        "claim.begin",
        beginning_for_whoever_holds_it,
        "a former holder wrote",
    ),
    "a claim is under the lane's epoch": (
        "claim.renew",
        renewing_for_whoever_holds_it,
        "a former holder wrote",
    ),
    "what was left is in doubt": (
        "lease._take_over_what_was_left",
        taking_over_without_a_doubt,
        "it arrived, and is to be sent again",
    ),
    "what was left is taken over": ("lease._take_over_what_was_left", leaving_what_was_left, "no end of it"),
    "the head is the oldest that is live": ("settle.move_heads_on", moving_heads_on_by_one, "head"),
    "a lease is counted from when the clock was read": (
        "lease._boot_clock_at",
        lambda now: leasing.boot_clock(),
        "in whose hands it was not|older",
    ),
    "a held lane is nobody else's": ("lease.is_free", lambda now: Q(), "in whose hands it was not|older"),
}


SOON = (
    "only heads are claimed",
    "a claim is under the lane's epoch",
)
"""Whose lack random search notices within seconds; the others take a minute at most."""


@pytest.mark.parametrize(
    "guard", [pytest.param(guard, marks=[] if guard in SOON else pytest.mark.long) for guard in GUARDS]
)
def test_a_guard_that_is_taken_away_turns_the_machine_red(machine, monkeypatch, guard):
    place, planted, says = GUARDS[guard]
    monkeypatch.setattr(f"ebexo.outbox.{place}", planted)

    with pytest.raises(AssertionError, match=says):
        run(machine, examples=200)


def test_a_lease_is_counted_from_when_the_clock_was_read(machine):
    """Somebody held up between reading the clock and using it does not believe to hold the lane for longer."""
    lived = machine()
    try:
        lived.tell(0, 2, "mergeable")
        lived.step(0)
        lived.step(0, lag=70)
        lived.step(0)
        lived.step(1)
        assert [bool(worker.begun) for worker in lived.workers] == [True, False]
        assert lived.workers[1].lease

        lived.step(0)

        assert lived.on_their_way == []
    finally:
        lived.teardown()
