"""Random histories against a small SALESmanago in memory: whatever happens in whatever order, the rules hold.

What the test itself remembers of every person (the oracle) is apart from our code: what they said, when, and whether
they were told to SALESmanago.
"""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from ebexo.consents import editing
from ebexo.consents.gate import Ground, Purpose, Send, Withhold, decide, opt_in
from ebexo.consents.judging import withdrawn_at
from ebexo.consents.models import Decision
from ebexo.contacts.knowledge import Status
from ebexo.contacts.models import Contact, Kind
from ebexo.contacts.resolve import find
from ebexo.contacts.statuses import Source
from ebexo.delivery.telling.lookup import opt_in_of
from ebexo.ingest.receive import receive
from ebexo.outbox.choosing import Head
from ebexo.outbox.models import Message
from ebexo.outbox.states import State
from ebexo.standing import learn_status
from ebexo.stores.models import Account, Mode
from ebexo.stores.opening import open_store
from salesmanago import OptFlags

pytestmark = pytest.mark.django_db

START = datetime(2026, 11, 1, 12, tzinfo=UTC)
CODES = ("marketing", "partners")
TYPES = (
    "customer.registered",
    "customer.logged_in",
    "customer.updated",
    "newsletter.subscribed",
    "newsletter.unsubscribed",
    "consent.changed",
)
persons = st.integers(0, 1)
faults = st.sampled_from(["none", "none", "unavailable", "lost", "unread", "unread", "refused"])


class Person:
    """What the oracle remembers of one person since they were last forgotten."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.email = f"person-{number}@example.com"
        self.decisions: list[tuple[datetime, bool, str]] = []
        self.noes: list[datetime] = []
        self.yeses: list[datetime] = []
        self.grants = 0
        self.confirmations = 0
        self.was_begun = self.was_told = False
        self.erased_at: datetime | None = None
        self.forgotten_at: datetime | None = None

    def is_granted(self, code: str) -> bool:
        newest = max((decision for decision in self.decisions if decision[2] == code), default=None)
        return newest is not None and newest[1]

    @property
    def is_out(self) -> bool:
        """They opted out, and have said no newer yes of their own."""
        return bool(self.noes) and max(self.noes) > max(self.yeses, default=START - timedelta(days=999))


def machine_of(  # noqa: C901  (a class, made for the database of this test)
    new_vendor: Any, new_worker: Any, clock: list[datetime]
) -> type[RuleBasedStateMachine]:
    class ConsentMachine(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.undo = transaction.atomic()
            self.undo.__enter__()
            clock[0] = START
            self.store, _ = open_store("Olcha")
            for code in CODES:
                editing.add(self.store.pk, code=code, text="Yes.", traits=editing.Traits(code))
            account = Account.objects.get(store=self.store)
            account.active, account.endpoint, account.client_id = True, "http://127.0.0.1:1", "client"
            account.owner_email, account.api_secret, account.consent_code = (
                "o@shop.example",
                "secret",
                CODES[0],
            )
            account.save()
            self.vendor = new_vendor()
            self.vendor.on_request = self.look_at
            self.worker = new_worker(self.store, self.vendor)
            self.people = [Person(0), Person(1)]
            self.numbers = itertools.count(1)
            self.allowed: dict[int, dict[str, Any]] = {}
            self.job: Any = None
            self.last_seq: dict[int, int] = {}

        def teardown(self) -> None:
            try:
                self.end_well()
            finally:
                self.roll_back()

        def roll_back(self) -> None:
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)

        @invariant()
        def another_step(self) -> None:
            type(self).steps += 1

        @property
        def account(self) -> Account:
            return Account.objects.get(store=self.store)

        steps = 0

        def tick(self, *, seconds: int = 1) -> datetime:
            clock[0] += timedelta(seconds=seconds)
            return clock[0]

        # What happens in the store

        @rule(
            number=persons,
            event_type=st.sampled_from(TYPES),
            answer=st.sampled_from([None, None, True, True, False]),
            code=st.sampled_from((CODES[0], *CODES)),
            late=st.sampled_from([0, 0, 0, 5]),
        )
        def tell(self, number: int, event_type: str, answer: bool | None, code: str, late: int) -> None:
            person, account = self.people[number], self.account
            at = self.tick(seconds=2) - timedelta(seconds=late)
            needs_consent, is_linked = account.mode != Mode.AUTOMATIC, code == account.consent_code
            if answer is None and event_type == "consent.changed":
                answer = True
            self.receive(person, event_type, at, [] if answer is None else [(code, answer)])
            own = answer is True or event_type in ("customer.registered", "newsletter.subscribed")
            if person.erased_at and own and at > person.erased_at:
                person.erased_at = None
            if person.erased_at:
                return
            if answer is not None and (person.forgotten_at is None or at > person.forgotten_at):
                person.decisions.append((at, answer, code))
                person.grants += answer
                if answer:
                    person.yeses.append(at)
            if event_type == "newsletter.subscribed":
                person.yeses.append(at)
            if event_type == "newsletter.unsubscribed" or (answer is False and is_linked and needs_consent):
                person.noes.append(at)

        @rule(number=persons)
        def move(self, number: int) -> None:
            person = self.people[number]
            former, person.email = person.email, f"person-{number}-{next(self.numbers)}@example.com"
            self.receive(person, "customer.updated", self.tick(seconds=2), [], previous_email=former)

        @rule(number=persons)
        def erase(self, number: int) -> None:
            person = self.people[number]
            at = self.tick(seconds=2)
            self.receive(person, "customer.erased", at, [])
            person.erased_at = person.forgotten_at = at
            person.decisions = []

        @initialize(mode=st.sampled_from(["consent", "consent", "double-opt-in", "automatic"]))
        def begin(self, mode: str) -> None:
            self.change_settings(mode, CODES[0])

        @rule(mode=st.sampled_from(Mode.values), code=st.sampled_from((CODES[0], *CODES)))
        def change_settings(self, mode: str, code: str) -> None:
            Account.objects.filter(store=self.store).update(mode=mode, consent_code=code)

        # What happens at SALESmanago

        @rule(number=persons)
        def unsubscribe_there(self, number: int) -> None:
            person = self.people[number]
            contact = self.vendor.contacts.get(person.email)
            if contact and contact["status"] == "opt_in":
                contact["status"], contact["modified_at"] = "opt_out", self.tick()
                self.call_back(person, Status.OPT_OUT)
                if not person.erased_at:
                    person.noes.append(clock[0])
                    account = self.account
                    if account.mode != Mode.AUTOMATIC and person.is_granted(account.consent_code):
                        person.decisions.append((clock[0], False, account.consent_code))

        @rule(number=persons)
        def confirm_there(self, number: int) -> None:
            person = self.people[number]
            contact = self.vendor.contacts.get(person.email)
            if contact and contact["status"] == "pending":
                contact["status"], contact["modified_at"] = "opt_in", self.tick()
                self.call_back(person, Status.OPT_IN)

        def call_back(self, person: Person, status: Status) -> None:
            contact = find(self.store.pk, kind=Kind.EMAIL.value, value=person.email)
            if contact:
                learn_status(contact, status=status, at=clock[0], source=Source.CALLBACK)

        # What our worker does

        @rule()
        def claim(self) -> None:
            self.tick()
            for job in self.worker.claim():
                self.remember(job)

        @rule(fault=faults)
        def send(self, fault: str) -> None:
            self.tick()
            self.send_one(fault)

        @rule()
        def settle(self) -> None:
            self.tick()
            self.worker.settle()

        @rule(fault=faults)
        def deliver(self, fault: str) -> None:
            self.tick()
            self.work_off(fault)

        @rule()
        def restart(self) -> None:
            self.tick(seconds=120)
            for job in self.worker.jobs:  # for all that anybody knows they were sent
                self.allowed[job.claimed.message.pk]["person"].was_told = True
            self.worker.die()

        def work_off(self, fault: str) -> None:
            for _ in range(100):
                for job in self.worker.claim():
                    self.remember(job)
                if not self.worker.jobs and not self.worker.results:
                    return
                while self.worker.jobs:
                    self.send_one(fault)
                    fault = "none"
                self.worker.settle()
            raise AssertionError("no end of it")

        def remember(self, job: Any) -> None:
            """What the oracle allows, at the moment at which the gate was asked."""
            person = self.person_of(job.event.customer.id, job.event.customer.email)
            person.was_begun |= job.purpose is not Purpose.ERASE
            self.allowed[job.claimed.message.pk] = {
                "person": person,
                "needs_consent": job.account.mode != Mode.AUTOMATIC,
                "is_granted": person.is_granted(job.account.consent_code),
                "is_out": person.is_out,
                "is_erased": person.erased_at is not None,
                "was_told": person.was_told,
                "grants": person.grants,
            }

        def send_one(self, fault: str) -> None:
            self.job = self.worker.jobs[0] if self.worker.jobs else None
            self.vendor.faults = [fault] if fault != "none" else []
            self.worker.send()
            self.vendor.faults = []

        def look_at(self, request: dict[str, Any]) -> None:
            """The rules, asked of every request."""
            message = self.job.claimed.message
            allowed, wire = self.allowed[message.pk], request["wire"]
            person: Person = allowed["person"]
            assert self.last_seq.get(message.key_id, 0) <= message.key_seq, "out of order"
            self.last_seq[message.key_id] = message.key_seq
            if request["kind"] == "delete":
                assert person.was_begun, "a deletion of somebody never sent"
                return
            assert not (wire["forceOptIn"] and wire["forceOptOut"]), "both flags"
            assert not (wire["forcePhoneOptIn"] and wire["forcePhoneOptOut"]), "both flags"
            assert not allowed["is_erased"], "told after the erasure"
            is_bare = set(wire["contact"]) <= {"email"} and wire["forceOptOut"]
            if allowed["needs_consent"] and not allowed["is_granted"]:
                assert is_bare, "told without a grant"
                assert allowed["was_told"], "an opt-out of somebody never sent"
            if wire["forceOptIn"]:
                assert not allowed["is_out"], "opted in after an opt-out"
            if wire["useApiDoubleOptIn"] and request["applied"]:
                person.confirmations += 1
                assert person.confirmations <= allowed["grants"], "more confirmations than grants"
            person.was_told = True

        # At the end of the history

        def end_well(self) -> None:
            """With no more trouble it all ends, nobody who said no is opted in, and nothing is left of the erased."""
            if self.refused():
                return
            self.worker.settle()
            self.restart()
            self.work_off("none")
            assert not Message.objects.filter(
                store=self.store, state__in=[State.WAITING, State.IN_FLIGHT]
            ).exists()
            if self.refused():
                return
            for person in self.people:
                there = self.vendor.contacts.get(person.email)
                if there and there["status"] == "opt_in":
                    assert not person.is_out, "opted out, and still written to"
                if person.erased_at and person.was_told:
                    left = [
                        email for email in self.vendor.contacts if email.startswith(f"person-{person.number}")
                    ]
                    assert left == [], "erased, and still there"

        def refused(self) -> bool:
            return Message.objects.filter(store=self.store, state=State.FAILED).exists()

        def receive(
            self,
            person: Person,
            event_type: str,
            at: datetime,
            answers: list[tuple[str, bool]],
            **customer: Any,
        ) -> None:
            consents = [{"code": code, "granted": granted, "at": at.isoformat()} for code, granted in answers]
            event = {
                "id": f"event-{next(self.numbers)}",
                "type": event_type,
                "occurred_at": at.isoformat(),
                "customer": {
                    "id": f"customer-{person.number}",
                    "email": person.email,
                    "first_name": "Jan",
                    **customer,
                },
                "consents": consents,
            }
            receive(self.store, event)

        def person_of(self, customer_id: str | None, email: str) -> Person:
            number = (customer_id or email.partition("@")[0]).split("-")[1]
            return self.people[int(number)]

    return ConsentMachine


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, store: Any, new_vendor: Any, new_worker: Any) -> Any:
    clock = [START]
    monkeypatch.setattr("django.utils.timezone.now", lambda: clock[0])
    return machine_of(new_vendor, new_worker, clock)


def run(machine: Any, *, examples: int, steps: int, phases: tuple[Phase, ...] = (Phase.generate,)) -> None:
    how = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        derandomize=True,
        database=None,
        phases=phases,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=how)


def test_whatever_happens_the_rules_hold(machine):
    run(machine, examples=60, steps=30, phases=(Phase.generate, Phase.shrink))


@pytest.mark.long
def test_whatever_happens_in_20_000_steps_the_rules_hold(machine):
    run(machine, examples=460, steps=50, phases=(Phase.generate, Phase.shrink))

    assert machine.steps >= 20_000


def never_withholding(purpose: Purpose, ground: Ground) -> Send | Withhold:
    return Send()


def sending_opt_outs_to_everybody(purpose: Purpose, ground: Ground) -> Send | Withhold:
    return Send() if purpose is Purpose.OPT_OUT else decide(purpose, ground)


def newest_by_arrival(contact: Any, code: str) -> Decision | None:
    return Decision.objects.filter(contact=contact, consent__code=code).order_by("-pk").first()


def newest_heads(store_id: int, *, limit: int, now: datetime, is_history: bool = False) -> list[Head]:
    waiting = Message.objects.filter(store_id=store_id, state=State.WAITING).order_by("-pk")
    return [
        Head(message.pk, message.type, message.largest_batch, message.crash_reclaims)
        for message in waiting[: 0 if is_history else 1]
    ]


def all_by_arrival(store_id: int, contact_ids: list[int], code: str) -> dict[int, Decision]:
    people = Contact.objects.filter(pk__in=contact_ids)
    found = {contact.pk: newest_by_arrival(contact, code) for contact in people}
    return {number: decision for number, decision in found.items() if decision}


def both_flags() -> OptFlags:
    flags = OptFlags(opt_in=True)
    object.__setattr__(flags, "opt_out", True)
    return flags


def tell(event_type: str, answer: bool | None = None, *, late: int = 0) -> tuple[Any, ...]:
    return ("tell", 0, event_type, answer, CODES[0], late)


LOGIN, YES, NO = tell("customer.logged_in"), tell("consent.changed", True), tell("consent.changed", False)
CONSENT, DOUBLE = ("change_settings", "consent", CODES[0]), ("change_settings", "double-opt-in", CODES[0])
AUTOMATIC = ("change_settings", "automatic", CODES[0])
DELIVER, CLAIM, SEND, SETTLE = ("deliver", "none"), ("claim",), ("send", "none"), ("settle",)
MOVE, ERASE, UNSUBSCRIBE_THERE = ("move", 0), ("erase", 0), ("unsubscribe_there", 0)

# A bug: where it is planted, what is planted, a history that shows it, and what the machine says then.
PLANTED: dict[str, tuple[Any, Any, list[tuple[Any, ...]], str]] = {
    "no gate": (
        "consents.judging.decide",
        never_withholding,
        [CONSENT, LOGIN, DELIVER],
        "told without a grant",
    ),
    "a gate on arrival alone": (
        "delivery.job.Withhold",
        int,
        [LOGIN, CONSENT, DELIVER],
        "told without a grant",
    ),
    "decisions by their arrival": (
        ("consents.judging.latest", "delivery.job.all_latest"),
        (newest_by_arrival, all_by_arrival),
        [CONSENT, NO, tell("consent.changed", True, late=5), LOGIN, DELIVER],
        "told without a grant",
    ),
    "callbacks that withdraw nothing": (
        "consents.ledger.withdraw",
        lambda *args, **more: None,
        [CONSENT, YES, DELIVER, UNSUBSCRIBE_THERE, LOGIN, DELIVER],
        "told without a grant",
    ),
    "opt-outs for people never sent": (
        "consents.judging.decide",
        sending_opt_outs_to_everybody,
        [CONSENT, NO, DELIVER],
        "an opt-out of somebody never sent",
    ),
    "opt-outs forgotten": (
        "delivery.telling.lookup.opt_in",
        lambda **moments: opt_in(**{**moments, "opted_out_at": None, "status_since": None}),
        [LOGIN, DELIVER, tell("newsletter.unsubscribed"), LOGIN, DELIVER],
        "opted in after an opt-out",
    ),
    "both flags": (
        "delivery.mapping.contact._flags",
        lambda *args: both_flags(),
        [LOGIN, DELIVER],
        "both flags",
    ),
    "confirmations repeated in doubt": (
        "delivery.telling.contacts.settled_opt_in",
        lambda job, known: (opt_in_of(job, job.known), ()),
        [DOUBLE, YES, ("deliver", "unread")],
        "more confirmations than grants",
    ),
    "the erased are sent": (
        "consents.judging.is_forgotten",
        lambda *args: False,
        [LOGIN, DELIVER, ERASE, DELIVER, LOGIN, DELIVER],
        "told after the erasure",
    ),
    "decisions that outlive an erasure": (
        "ingest.receive.answers_to_keep",
        lambda contact, event: list(event.consents),
        [
            CONSENT,
            ERASE,
            tell("customer.registered"),
            tell("customer.updated", True, late=5),
            LOGIN,
            DELIVER,
        ],
        "told without a grant",
    ),
    "what is on its way counts for nothing": (
        "outbox.withholding.may_have_arrived",
        lambda *args, **more: False,
        [CONSENT, YES, CLAIM, NO, SEND, SETTLE],
        "opted out, and still written to",
    ),
    "an opt-out lost with the mode": (
        "consents.judging._said_no_at",
        lambda event, account, contact, was_let_in: withdrawn_at(event, account),
        [CONSENT, YES, DELIVER, NO, AUTOMATIC],
        "opted out, and still written to",
    ),
    "the address on its way is not deleted": (
        "outbox.withholding.unsettled_of",
        lambda *args, **more: [],
        [LOGIN, DELIVER, MOVE, CLAIM, MOVE, ERASE, SEND, SETTLE],
        "erased, and still there",
    ),
    "the newest first": ("outbox.choosing.due_heads", newest_heads, [LOGIN, LOGIN, DELIVER], "out of order"),
}


def live_through(machine: Any, history: list[tuple[Any, ...]]) -> None:
    """One history of the machine, with its rules called in this order."""
    lived = machine()
    try:
        for name, *given in history:
            getattr(lived, name)(*given)
        lived.end_well()
    finally:
        lived.roll_back()


@pytest.mark.parametrize("bug", PLANTED)
def test_a_planted_bug_turns_the_machine_red(machine, monkeypatch, bug):
    place, planted, history, says = PLANTED[bug]
    live_through(machine, history)

    places, bugs = (place, planted) if isinstance(place, tuple) else ((place,), (planted,))
    for where, what in zip(places, bugs, strict=True):
        monkeypatch.setattr(f"ebexo.{where}", what)

    with pytest.raises(AssertionError, match=says):
        live_through(machine, history)
