"""Sending history to the sandbox: always by batch, so that nothing starts there, and without confirmation e-mails."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from ebexo.contacts.knowledge import Known, Status
from ebexo.delivery.calls import may_share
from ebexo.delivery.errand import OrderErrand
from ebexo.delivery.job import Job
from ebexo.delivery.mapping.rules import Rules
from ebexo.delivery.mapping.shop_event import order_event
from ebexo.delivery.result import Result
from ebexo.delivery.telling.batches import transfer_batch
from ebexo.delivery.telling.transfer import transfer
from ebexo.events import Customer, EventType, Item, Order, StoreEvent
from ebexo.orders.steps import Kind
from ebexo.outbox.states import State
from ebexo.stores.models import Account
from salesmanago import Client, ConsentDetail, Credentials, EventKind, open_session

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LONG_AGO = datetime(2025, 3, 1, 10, tzinfo=UTC)
RULES = Rules(country="PL", language="pl", tags={EventType.CUSTOMER_UPDATED: ("SHOP_DATA_EDIT",)})
BASIC, UPSERT = "/api/contact/basic", "/api/contact/batchupsert"


def email_of(number: int) -> str:
    return f"person-{number}@example.com"


def job(number: int, *, kind: str = "history", **changes: Any) -> Job:
    """Somebody who was a customer before."""
    event = StoreEvent(
        id=f"history-1-{number}",
        type=EventType.CUSTOMER_UPDATED,
        occurred_at=NOON,
        customer=Customer(id=f"{number}", email=email_of(number), first_name="Ewa"),
    )
    message = SimpleNamespace(
        pk=number, attempts=1, in_doubt=False, crash_reclaims=0, largest_batch=None, kind=kind
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


def order(number: int) -> Job:
    """Somebody who bought something before."""
    plain = job(number)
    bought = Order(number=f"10{number}", total=Decimal("49.90"), items=(Item(product_id="A"),))
    event = plain.event.model_copy(
        update={"type": EventType.ORDER_PLACED, "order": bought, "occurred_at": LONG_AGO}
    )
    errand = OrderErrand(Kind.PURCHASE, order_event(event, bought, EventKind.PURCHASE, RULES))
    return replace(plain, event=event, errand=errand, bought=True)


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
    async def sent(jobs: Sequence[Job]) -> list[Result]:
        if len(jobs) == 1:
            return [await transfer(jobs[0], client, turn=at_once, now=NOON)]
        return await transfer_batch(jobs, client, turn=at_once, now=NOON)

    return sent


def requests(sandbox: Any, path: str) -> list[Any]:
    made = sandbox.get("/_sandbox/requests")["requests"]
    return [request["body"] for request in made if request["path"] == path]


def paths(sandbox: Any) -> list[str]:
    return [request["path"] for request in sandbox.get("/_sandbox/requests")["requests"]]


FLAGS = ("forceOptIn", "forceOptOut", "forcePhoneOptIn", "forcePhoneOptOut")


@pytest.mark.parametrize("number", [1, 3])
async def test_history_goes_by_batch_however_little_it_is_and_starts_nothing(send, sandbox, number):
    results = await send([job(one) for one in range(number)])

    assert {result.outcome.state for result in results} == {State.DELIVERED}
    assert paths(sandbox) == [BASIC, UPSERT]
    (body,) = requests(sandbox, UPSERT)
    assert (body["fireEvents"], body["useApiDoubleOptIn"]) == (False, False)
    assert body["upsertDetails"][0].get("tags") is None
    assert len(body["upsertDetails"]) == number
    assert all(result.known and result.known.sent for result in results)


async def test_live_events_of_the_same_moment_keep_their_switch(send, sandbox):
    await send([job(1), job(2, kind="live"), job(3)])

    sent = [
        (body["fireEvents"], [one["contact"]["email"] for one in body["upsertDetails"]])
        for body in requests(sandbox, UPSERT)
    ]
    assert sent == [(True, [email_of(2)]), (False, [email_of(1), email_of(3)])]


@pytest.mark.parametrize("number", [1, 2])
async def test_nobody_is_asked_for_a_confirmation(send, sandbox, number):
    results = await send([job(one, double_opt_in=True, standing_yes_at=NOON) for one in range(number)])

    (body,) = requests(sandbox, UPSERT)
    assert body["useApiDoubleOptIn"] is False
    assert [body["upsertDetails"][0][flag] for flag in FLAGS] == [False, True, False, False]
    assert results[0].outcome.notes == ("never_confirmed",)
    assert results[0].known == replace(results[0].known, status=Status.OPT_OUT, status_at=NOON)
    contact = sandbox.contact(email_of(0))
    assert (contact["email_status"], contact["confirmations"]) == ("opt_out", [])


@pytest.mark.parametrize("double_opt_in", [True, False])
@pytest.mark.parametrize("force", ["forceOptIn", "forceOptOut"])
async def test_whom_salesmanago_knows_keeps_their_status(send, sandbox, double_opt_in, force):
    sandbox.upsert(email_of(0), **{force: True, "useApiDoubleOptIn": False})
    before = sandbox.contact(email_of(0))["email_status"]

    results = await send([job(0, double_opt_in=double_opt_in, standing_yes_at=LONG_AGO)])

    (body,) = requests(sandbox, UPSERT)
    assert [body["upsertDetails"][0][flag] for flag in FLAGS] == [False] * 4
    assert results[0].outcome.notes == ()
    contact = sandbox.contact(email_of(0))
    assert (contact["name"], contact["email_status"], contact["confirmations"]) == ("Ewa", before, [])


@pytest.mark.parametrize("double_opt_in", [True, False])
async def test_whoever_opted_out_in_the_shop_stays_out(send, sandbox, double_opt_in):
    await send([job(0, double_opt_in=double_opt_in, opted_out_at=LONG_AGO)])

    assert sandbox.contact(email_of(0))["email_status"] == "opt_out"


async def test_yes_of_their_own_later_on_asks_for_the_confirmation(send, sandbox):
    (told,) = await send([job(0, double_opt_in=True, standing_yes_at=LONG_AGO)])
    later = NOON.replace(hour=13)

    await send([job(0, kind="live", known=told.known, double_opt_in=True, own_yes_at=later)])

    assert sandbox.contact(email_of(0))["email_status"] == "pending_doi"


async def test_consents_stay_behind_since_no_batch_takes_them(send, sandbox):
    with_consent = job(0, consents=(ConsentDetail("NEWS", accepted=True, at=1, ip=None, opt_out=False),))

    results = await send([with_consent, job(1)])

    assert may_share(with_consent)
    assert {result.outcome.state for result in results} == {State.DELIVERED}


async def test_what_is_known_of_a_later_moment_is_only_filled_in(send, sandbox):
    sandbox.upsert(email_of(0), contact={"email": email_of(0), "name": "Ewa Nowak"})
    known = Known(
        sandbox.contact(email_of(0))["contactId"],
        email_of(0),
        Status.OPT_IN,
        NOON,
        told_at=NOON.replace(hour=13),
        told_fields=("name",),
        sent=True,
    )

    await send([job(0, known=known)])

    contact = sandbox.contact(email_of(0))
    assert (contact["name"], contact["externalId"]) == ("Ewa Nowak", "0")


async def test_refused_row_fails_and_its_neighbours_arrive(send, sandbox):
    sandbox.order_fault("refuse_email", path="contact/batchupsert", email=email_of(1))

    together = await send([job(one) for one in range(3)])
    alone = await send([job(1)])

    assert [result.outcome.state for result in together].count(State.FAILED) == 0
    assert alone[0].outcome.state is State.FAILED


@pytest.mark.parametrize("number", [1, 2])
async def test_past_order_comes_behind_its_contact_with_its_own_date(send, sandbox, number):
    results = await send([order(one) for one in range(number)])

    assert {result.outcome.state for result in results} == {State.DELIVERED}
    (body,) = requests(sandbox, UPSERT)
    assert body["fireEvents"] is False
    (event,) = sandbox.get(f"/_sandbox/events?email={email_of(0)}")["events"]
    assert (event["contactExtEventType"], event["date"]) == ("PURCHASE", int(LONG_AGO.timestamp() * 1000))
    assert sandbox.contact(email_of(0))["state"] == "CUSTOMER"
