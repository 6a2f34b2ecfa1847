"""Uniting and batches change how SALESmanago is told, and never what it knows in the end.

The same stream of events is told to two stores. One is delivered as always, the other event by event and call by
call. Each has a sandbox of its own, which answers in this process, without a network.
"""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ebexo.consents import editing
from ebexo.delivery import calls as calling
from ebexo.delivery import drain as draining
from ebexo.delivery import uniting
from ebexo.delivery.mapping.uniting import unite
from ebexo.ingest.receive import receive
from ebexo.outbox.lease import release, take
from ebexo.outbox.models import Key, Message
from ebexo.outbox.states import LIVE_STATES, State
from ebexo.stores.models import Store
from ebexo.stores.opening import open_store
from salesmanago import Client
from salesmanago.answers.answer import Answer
from salesmanago.encoding import encoded
from salesmanago.redaction import Redaction
from salesmanago_sandbox.accounts import DEFAULT_ACCOUNT
from salesmanago_sandbox.gateway import _applied
from salesmanago_sandbox.methods import METHODS
from salesmanago_sandbox.methods.method import Call
from salesmanago_sandbox.sandbox import Sandbox

pytestmark = pytest.mark.django_db

START = datetime(2026, 11, 1, 12, tzinfo=UTC)


class Far:
    """A sandbox without a network. `calls` are the methods that were called, in order."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.sandbox, self.now = Sandbox(), now
        self.calls: list[str] = []
        self.client = Client.__new__(Client)  # it would open connections
        self.client._caller = self  # type: ignore[assignment]

    async def call(
        self, path: str, fields: Mapping[str, Any], *, names_owner: bool
    ) -> tuple[Answer, Redaction]:
        name = path.removeprefix("/api/")
        self.calls.append(name)
        body = json.loads(encoded({"owner": "owner@shop.example", **fields}))
        at = int(self.now().timestamp() * 1000)
        entry = self.sandbox.journal.arrived(at=at, method="POST", path=path, body=body)
        nobody: Any = SimpleNamespace(opted_in=lambda contact: None, opted_out=lambda contact: None)
        reply = _applied(
            Call(self.sandbox, DEFAULT_ACCOUNT, body, at, entry, nobody, "http://there"), METHODS[name]
        )
        return Answer(reply.status, reply.text.encode()), Redaction()

    def knows(self) -> dict[str, Any]:
        """Every contact and its events in order, without ids of SALESmanago's own and moments of writing."""
        return {
            contact.email: {
                **contact.basic(),
                **contact.details(),
                "contactId": None,
                "createdOn": None,
                "modifiedOn": None,
                "tags": sorted(contact.tags),
                "dictionaryProperties": sorted(map(str, contact.dictionary.values())),
                "statuses": (contact.email_status, contact.phone_status),
                "confirmations": len(contact.confirmations),
                "events": [
                    event.fields
                    for event in self.sandbox.events.of_contact(contact.client_id, contact.contact_id)
                ],
            }
            for contact in self.sandbox.contacts
        }


async def no_turn() -> None:
    pass


class Side:
    """A store and the sandbox that it is delivered to."""

    def __init__(self, name: str, *, mode: str, now: Callable[[], datetime]) -> None:
        self.store: Store = open_store(name)[0]
        editing.add(self.store.pk, code="marketing", text="Yes.", traits=editing.Traits("Marketing"))
        account = self.store.account
        account.active, account.endpoint, account.client_id = True, "http://127.0.0.1:1", "sandbox-client"
        account.owner_email, account.api_secret = "owner@shop.example", "sandbox-secret"
        account.mode, account.consent_code = mode, "marketing"
        account.save()
        self.far, self.now = Far(now), now

    def deliver(self, runner: asyncio.Runner) -> None:
        never: Any = SimpleNamespace(is_set=lambda: False)
        lease = take(self.store.pk, owner="worker", now=self.now())
        if lease is None:
            return
        holding = draining.Holding(lease)
        while calls := draining._claim(holding, limit=4, stopping=never):
            for call in calls:
                sent = draining.sent(call, self.far.client, turn=no_turn, now=self.now())
                draining._settle(holding, runner.run(sent))
            waiting = Message.objects.filter(store=self.store, state=State.WAITING).values("key_id")
            Key.objects.filter(pk__in=waiting, due_at__gt=self.now()).update(due_at=self.now())
        release(holding.lease)

    def states(self) -> set[str]:
        return set(Message.objects.filter(store=self.store).values_list("state", flat=True))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    moments = [START]
    monkeypatch.setattr("django.utils.timezone.now", lambda: moments[0])
    return moments


class Ways:
    """How the two sides are delivered. `unite` is what makes one event of two on the side that unites."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.unite: Callable[[str, str], str | None] = unite
        self.few, self._monkeypatch = replace(calling.BATCH, at_least=2, limit=3), monkeypatch

    def share_calls(self) -> None:
        """As always, and as few as two share a call already."""
        self._monkeypatch.setattr(calling, "BATCH", self.few)
        self._monkeypatch.setattr(uniting, "unite", self.unite)
        self._monkeypatch.setattr(draining, "batch_for", calling.batch_for)

    def share_nothing(self) -> None:
        self._monkeypatch.setattr(uniting, "unite", lambda older, newer: None)
        self._monkeypatch.setattr(draining, "batch_for", lambda account: None)


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> Ways:
    return Ways(monkeypatch)


TEXTS = st.sampled_from([None, "", "a", "b"])
CUSTOMERS = st.fixed_dictionaries(
    {},
    optional={
        "first_name": TEXTS,
        "last_name": TEXTS,
        "phone": st.sampled_from([None, "600100200", "601"]),
        "company": TEXTS,
        "address": st.none() | st.builds(dict, city=TEXTS, street=TEXTS, region=TEXTS),
        "state": st.sampled_from([None, "PARTNER", "CUSTOMER"]),
        "birth_date": st.sampled_from([None, "1984-03-17", "0000-00-00"]),
        "language": st.sampled_from([None, "en", "nonsense"]),
        "properties": st.dictionaries(st.sampled_from(["x", "y"]), st.sampled_from(["1", "2"])),
    },
)
KINDS = st.sampled_from(
    [
        *["customer.updated", "customer.logged_in"] * 5,
        "customer.registered",
        "newsletter.subscribed",
        "newsletter.unsubscribed",
        "consent.changed",
        "customer.erased",
        "cart.product_added",
        "cart.product_removed",
        "order.placed",
        "order.paid",
        "order.cancelled",
    ]
)
HAPPENINGS = st.lists(
    st.tuples(
        st.integers(0, 2),
        KINDS,
        CUSTOMERS,
        st.booleans(),
        st.sampled_from([0, 0, 0, 0, 30]),
        st.integers(0, 7),
    ),
    min_size=15,
    max_size=40,
)
"""Who, what, told with which data, with which answer, how late, and whether (at 0) all is delivered after it."""
EVERYBODY_SAYS_YES: list[Any] = [(who, "customer.registered", {}, True, 0, 1) for who in range(3)]


def event_of(number: int, happening: Sequence[Any], *, now: datetime) -> dict[str, Any]:
    who, kind, customer, answer, late, _ = happening
    at = (now - timedelta(seconds=late)).isoformat()
    event: dict[str, Any] = {
        "id": f"event-{number}",
        "type": kind,
        "occurred_at": at,
        "customer": {"id": f"{who}", "email": f"person-{who}@example.com", **customer},
    }
    if kind == "consent.changed" or (answer and kind in ("customer.registered", "newsletter.subscribed")):
        event["consents"] = [{"code": "marketing", "granted": answer, "at": at}]
    if kind.startswith("cart."):
        items = [{"product_id": f"P{number}", "unit_price": "10.00"}] if kind.endswith("added") else []
        event["cart"] = {"id": f"cart-{who}", "items": items, "total": f"{10 * len(items)}.00"}
    if kind.startswith("order."):
        event["order"] = {"number": f"{who}", "total": "10.00", "items": [{"product_id": "A"}]}
    return event


def told_to_both(mode: str, happenings: Sequence[Any], clock: list[datetime], ways: Ways) -> list[Side]:
    clock[0] = START
    sides = [Side(name, mode=mode, now=lambda: clock[0]) for name in ("Together", "Alone")]
    with asyncio.Runner() as runner:
        for number, happening in enumerate(happenings):
            clock[0] += timedelta(seconds=2)
            for side in sides:
                receive(side.store, event_of(number, happening, now=clock[0]))
            if happening[-1] == 0 or number == len(happenings) - 1:
                clock[0] += timedelta(minutes=1)
                for side, way in zip(sides, (ways.share_calls, ways.share_nothing), strict=True):
                    way()
                    side.deliver(runner)
    return sides


def compare(
    clock: list[datetime],
    ways: Ways,
    *,
    examples: int,
    phases: tuple[Phase, ...] = (Phase.generate, Phase.shrink),
) -> list[int]:
    """Compare so many streams; the calls that were made together and alone."""
    made = [0, 0]

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=phases,
        suppress_health_check=list(HealthCheck),
    )
    @given(mode=st.sampled_from(["automatic", "consent", "double-opt-in"]), happenings=HAPPENINGS)
    def check(mode: str, happenings: list[Any]) -> None:
        with transaction.atomic():
            together, apart = told_to_both(mode, EVERYBODY_SAYS_YES + happenings, clock, ways)
            states = together.states() | apart.states()
            transaction.set_rollback(True)
        assert not states & {*LIVE_STATES, State.FAILED, State.HELD}
        assert together.far.knows() == apart.far.knows()
        made[0] += len(together.far.calls)
        made[1] += len(apart.far.calls)

    check()
    return made


def test_told_together_or_alone_salesmanago_knows_the_same(clock, ways):
    together, apart = compare(clock, ways, examples=12)

    assert together < apart


@pytest.mark.long
def test_told_together_or_alone_salesmanago_knows_the_same_after_hundreds_of_streams(clock, ways):
    together, apart = compare(clock, ways, examples=150)

    assert together < 0.9 * apart


def test_uniting_what_must_stay_two_is_noticed(clock, ways):
    ways.unite = lambda older, newer: newer

    with pytest.raises(AssertionError):
        compare(clock, ways, examples=30, phases=(Phase.generate,))


@pytest.mark.long
def test_a_burst_of_edits_and_log_ins_needs_a_fifth_of_the_calls_at_most(clock, ways):
    kinds = ["customer.updated", "customer.logged_in"]
    burst = [
        (who, kinds[turn % 2], {"first_name": f"Jan {turn}"}, False, 0, 1)
        for turn in range(10)
        for who in range(60)
    ]

    together, apart = told_to_both("automatic", burst, clock, ways)

    assert together.far.knows() == apart.far.knows()
    assert {one["name"] for one in together.far.knows().values()} == {"Jan 9"}
    assert len(apart.far.calls) == 60 + 600
    assert len(together.far.calls) <= 0.2 * len(apart.far.calls)


def test_what_arrives_late_does_not_become_new_by_being_united(clock, ways):
    early, late = (
        ("customer.updated", {"properties": {"x": "2"}}),
        ("customer.updated", {"properties": {"x": "1"}}),
    )
    stream = [(0, *early, False, 0, 0), (0, *late, False, 90, 1), (0, "customer.logged_in", {}, False, 0, 1)]

    together, apart = told_to_both("automatic", stream, clock, ways)

    assert together.far.knows()["person-0@example.com"]["properties"] == {"x": "2"}
    assert together.far.knows() == apart.far.knows()
