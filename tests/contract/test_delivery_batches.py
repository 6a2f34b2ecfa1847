"""Sending many jobs to the sandbox in few calls: what a batch does not tell of one of them is found out alone."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from ebexo.contacts.knowledge import Known, Status
from ebexo.delivery.calls import BATCH, calls_of
from ebexo.delivery.errand import OrderErrand
from ebexo.delivery.job import Job
from ebexo.delivery.mapping.rules import Rules
from ebexo.delivery.mapping.shop_event import order_event
from ebexo.delivery.result import NotNow, Result
from ebexo.delivery.telling.batches import transfer_batch
from ebexo.delivery.telling.transfer import transfer
from ebexo.events import Customer, EventType, Item, Order, StoreEvent
from ebexo.orders.steps import Kind
from ebexo.outbox.states import State
from ebexo.stores.models import Account
from salesmanago import Client, Credentials, EventKind, open_session

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
RULES = Rules(country="PL", language="pl", tags={})
BASIC, UPSERT, EVENTS = (
    "/api/contact/basic",
    "/api/contact/batchupsert",
    "/api/v2/contact/addBatchContactExtEvent",
)


def email_of(number: int) -> str:
    return f"person-{number}@example.com"


def job(number: int, **changes: Any) -> Job:
    """Somebody new tells their first name."""
    event = StoreEvent(
        id=f"event-{number}",
        type=EventType.CUSTOMER_UPDATED,
        occurred_at=NOON,
        customer=Customer(id=f"{number}", email=email_of(number), first_name="Ewa"),
    )
    message = SimpleNamespace(
        pk=number, attempts=1, in_doubt=False, crash_reclaims=0, largest_batch=None, kind="live"
    )
    claimed: Any = SimpleNamespace(message=message)
    plain = Job(
        claimed=claimed,
        account=Account(),
        event=event,
        contact=number,
        remote="remote",
        known=None,
        bought=False,
        rules=RULES,
        double_opt_in=False,
        own_yes_at=None,
    )
    return replace(plain, **changes)


def order(number: int, *, known: Known | None = None) -> Job:
    """Somebody has bought something."""
    plain = job(number)
    bought = Order(number=f"10{number}", total=Decimal("49.90"), items=(Item(product_id="A"),))
    event = plain.event.model_copy(update={"type": EventType.ORDER_PLACED, "order": bought})
    errand = OrderErrand(Kind.PURCHASE, order_event(event, bought, EventKind.PURCHASE, RULES))
    return replace(plain, event=event, errand=errand, bought=True, known=known)


def known_as(number: int, contact_id: str) -> Known:
    return Known(contact_id, email_of(number), Status.OPT_IN, NOON, is_customer=True, told_at=NOON, sent=True)


async def at_once() -> None:
    """No call has to wait for its turn."""


Send = Callable[..., Awaitable[list[Result]]]


@pytest.fixture
async def client(sandbox: Any) -> Any:
    credentials = Credentials("sandbox-client", "sandbox-secret", "owner@shop.example")
    async with open_session() as session:
        yield Client(sandbox.url, credentials, session=session)


@pytest.fixture
def send(client: Client) -> Send:
    async def sent(jobs: Sequence[Job], *, turn: Any = at_once) -> list[Result]:
        return await transfer_batch(jobs, client, turn=turn, now=NOON)

    return sent


def again(result: Result, *, is_in_doubt: bool = False) -> Job:
    """The same job at its next try."""
    assert isinstance(result.job, Job)
    result.job.claimed.message.in_doubt = is_in_doubt
    return replace(result.job, known=result.known)


def came_to(results: Sequence[Result]) -> list[tuple[str, str, int | None]]:
    """State, kind and the size of the next call."""
    return [(one.outcome.state, one.outcome.kind, one.outcome.largest_batch) for one in results]


def paths(sandbox: Any) -> list[str]:
    return [request["path"] for request in sandbox.get("/_sandbox/requests")["requests"]]


def events_of(sandbox: Any, number: int) -> list[str]:
    found = sandbox.call("contact/list", email=[email_of(number)])["contacts"]
    return [event["externalId"] for contact in found for event in contact["contactExtEvents"]]


DELIVERED = (State.DELIVERED, "delivered", None)
LEFT_OUT = (State.WAITING, "left_out", 1)


async def test_new_people_are_looked_up_and_told_in_two_calls(send: Send, sandbox: Any) -> None:
    results = await send([job(number) for number in range(30)])

    assert came_to(results) == [DELIVERED] * 30
    assert paths(sandbox) == [BASIC, UPSERT]
    contact = sandbox.contact(email_of(7))
    assert (contact["name"], contact["email_status"], contact["externalId"]) == ("Ewa", "opt_in", "7")
    assert results[7].known == Known(
        contact_id=contact["contactId"],
        email=email_of(7),
        status=Status.OPT_IN,
        status_at=NOON,
        customer_id="7",
        told_at=NOON,
        told_fields=("external_id", "lang", "name", "state"),
        sent=True,
    )


async def test_people_are_looked_up_fifty_at_a_time(send: Send, sandbox: Any) -> None:
    results = await send([job(number) for number in range(120)])

    assert {one.outcome.state for one in results} == {State.DELIVERED}
    asked = [
        request["body"]["email"]
        for request in sandbox.get("/_sandbox/requests")["requests"]
        if request["path"] == BASIC
    ]
    assert sorted(map(len, asked)) == [20, 50, 50]


async def test_more_than_fit_into_one_call_are_several(send: Send, sandbox: Any) -> None:
    to_do = [job(number, known=known_as(number, f"id-{number}")) for number in range(BATCH.limit + 50)]

    calls = calls_of(to_do)
    results = [result for call in calls for result in await send(call)]

    assert [len(call) for call in calls] == [BATCH.limit, 50]
    assert {one.outcome.state for one in results} == {State.DELIVERED}
    assert paths(sandbox) == [UPSERT, UPSERT]


async def test_the_status_that_stands_there_is_left_alone(send: Send, sandbox: Any) -> None:
    sandbox.upsert(email_of(1), forceOptOut=True)

    results = await send([job(1), job(2)])

    assert [sandbox.contact(email_of(number))["email_status"] for number in (1, 2)] == ["opt_out", "opt_in"]
    assert [one.known and one.known.status for one in results] == [Status.OPT_OUT, Status.OPT_IN]


async def test_one_that_is_left_out_says_alone_why(send: Send, client: Client, sandbox: Any) -> None:
    sandbox.order_fault("batch_failed", path="batchupsert", email=email_of(1))
    sandbox.order_fault("refuse_email", path="contact/upsert", email=email_of(1))

    results = await send([job(0), job(1), job(2)])
    alone = await transfer(results[1].job, client, turn=at_once, now=NOON)

    assert came_to(results) == [DELIVERED, LEFT_OUT, DELIVERED]
    assert results[1].known is None
    assert (alone.outcome.state, alone.outcome.reason) == (State.FAILED, "refused")


async def test_a_batch_that_is_turned_down_is_halved_until_one_is_left(
    send: Send, client: Client, sandbox: Any
) -> None:
    sandbox.order_fault("refuse_email", path="upsert", email=email_of(5))
    waiting, calls, ended = [job(number) for number in range(8)], 0, {}

    while waiting:
        largest = waiting[0].claimed.message.largest_batch or 8
        call, waiting = waiting[:largest], waiting[largest:]
        calls += 1
        results = (
            await send(call) if len(call) > 1 else [await transfer(call[0], client, turn=at_once, now=NOON)]
        )
        for result in results:
            if result.outcome.state is State.WAITING:
                result.job.claimed.message.largest_batch = result.outcome.largest_batch
                waiting.append(again(result))
            else:
                ended[again(result).contact] = result.outcome.state
        waiting.sort(key=lambda one: -(one.claimed.message.largest_batch or 8))

    assert ended == {number: State.FAILED if number == 5 else State.DELIVERED for number in range(8)}
    assert calls <= 2 * 3 + 1


async def test_an_unknown_outcome_is_in_doubt_and_tried_in_halves(send: Send, sandbox: Any) -> None:
    sandbox.order_fault("empty", path="batchupsert")

    results = await send([job(0), job(1), job(2), job(3)])

    assert came_to(results) == [(State.WAITING, "unknown", 2)] * 4
    assert {one.outcome.in_doubt for one in results} == {True}
    assert sandbox.contact(email_of(3))["name"] == "Ewa"


async def test_a_look_up_that_fails_leaves_nothing_in_doubt_and_the_others_pass(
    send: Send, sandbox: Any
) -> None:
    sandbox.order_fault("empty", path="contact/basic", times=1)

    results = await send([job(number) for number in range(70)])

    unknown = [number for number, one in enumerate(results) if one.outcome.kind == "unknown"]
    assert unknown in (list(range(50)), list(range(50, 70)))  # whichever was asked first
    assert not any(one.outcome.in_doubt for one in results)
    assert [one.outcome.kind for one in results].count("delivered") == 70 - len(unknown)
    assert paths(sandbox).count(UPSERT) == 1


@pytest.mark.parametrize("fault", ["status", "retry_after"])
async def test_a_far_side_that_is_away_takes_nothing_and_leaves_no_doubt(
    send: Send, sandbox: Any, fault: str
) -> None:
    sandbox.order_fault(fault, path="batchupsert")

    results = await send([job(0), job(1)])

    assert {(one.outcome.state, one.outcome.in_doubt) for one in results} == {(State.WAITING, False)}
    assert all(one.error for one in results)


async def test_orders_are_told_after_their_contacts(send: Send, sandbox: Any) -> None:
    results = await send([order(number) for number in range(25)])

    assert came_to(results) == [DELIVERED] * 25
    assert paths(sandbox) == [BASIC, UPSERT, EVENTS]
    assert events_of(sandbox, 7) == ["107"]
    assert sandbox.contact(email_of(7))["state"] == "CUSTOMER"


async def test_customers_that_are_known_need_only_their_orders(send: Send, sandbox: Any) -> None:
    ids = [sandbox.upsert(email_of(number), forceOptIn=True)["contactId"] for number in range(3)]
    before = len(paths(sandbox))

    results = await send([order(number, known=known_as(number, ids[number])) for number in range(3)])

    assert came_to(results) == [DELIVERED] * 3
    assert paths(sandbox)[before:] == [EVENTS]


async def test_contacts_and_orders_may_go_together(send: Send, sandbox: Any) -> None:
    results = await send([job(0), order(1), job(2), order(3)])

    assert came_to(results) == [DELIVERED] * 4
    assert [events_of(sandbox, number) for number in range(4)] == [[], ["101"], [], ["103"]]


async def test_an_order_that_is_left_out_is_told_alone(send: Send, client: Client, sandbox: Any) -> None:
    sandbox.order_fault("batch_failed", path="addBatchContactExtEvent", email=email_of(1))

    results = await send([order(0), order(1), order(2)])
    alone = await transfer(again(results[1]), client, turn=at_once, now=NOON)

    assert came_to(results) == [DELIVERED, LEFT_OUT, DELIVERED]
    assert results[1].known  # the contact was taken
    assert alone.outcome.state is State.DELIVERED
    assert [events_of(sandbox, number) for number in range(3)] == [["100"], ["101"], ["102"]]


async def test_orders_in_doubt_are_looked_for_and_none_comes_twice(
    send: Send, client: Client, sandbox: Any
) -> None:
    sandbox.order_fault("empty", path="addBatchContactExtEvent")

    results = await send([order(0), order(1)])
    looked = [await transfer(again(one, is_in_doubt=True), client, turn=at_once, now=NOON) for one in results]

    assert [(one.outcome.kind, one.outcome.in_doubt) for one in results] == [("unknown", True)] * 2
    assert [one.outcome.kind for one in looked] == ["found", "found"]
    assert [events_of(sandbox, number) for number in range(2)] == [["100"], ["101"]]


async def test_an_order_that_never_arrived_is_told_after_looking(
    send: Send, client: Client, sandbox: Any
) -> None:
    sandbox.order_fault("reset_before", path="addBatchContactExtEvent")

    (result, _) = await send([order(0), order(1)])
    alone = await transfer(again(result, is_in_doubt=True), client, turn=at_once, now=NOON)

    assert (result.outcome.kind, result.outcome.in_doubt) == ("unknown", True)
    assert alone.outcome.state is State.DELIVERED
    assert events_of(sandbox, 0) == ["100"]


async def test_a_lane_that_is_lost_in_between_leaves_the_orders_for_later(send: Send, sandbox: Any) -> None:
    turns: list[None] = []

    async def twice() -> None:
        if len(turns) == 2:
            raise NotNow
        turns.append(None)

    results = await send([job(0), order(1)], turn=twice)

    assert [(one.outcome.kind, one.outcome.was_called) for one in results] == [
        ("delivered", True),
        ("not_sent", True),
    ]
    assert results[1].known  # what SALESmanago has acknowledged is kept
    assert paths(sandbox) == [BASIC, UPSERT]


async def test_without_a_turn_nothing_is_called(send: Send, sandbox: Any) -> None:
    async def never() -> None:
        raise NotNow

    results = await send([job(0), order(1)], turn=never)

    assert [(one.outcome.kind, one.outcome.was_called) for one in results] == [("not_sent", False)] * 2
    assert paths(sandbox) == []
