"""Telling carts and orders to the sandbox: what it has afterwards, field by field, and how it is found again."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from ebexo.carts.steps import AddCart, Change, DeleteCart, UpdateCart
from ebexo.contacts.knowledge import Known, Status
from ebexo.delivery.errand import CartErrand, OrderErrand
from ebexo.delivery.job import Job
from ebexo.delivery.mapping.rules import Rules
from ebexo.delivery.mapping.shop_event import cart_event, order_event
from ebexo.delivery.result import Result
from ebexo.delivery.telling.transfer import transfer
from ebexo.delivery.visitors import Question
from ebexo.events import StoreEvent
from ebexo.orders.steps import Kind
from ebexo.outbox.states import State
from ebexo.stores.models import Account, InDoubt
from salesmanago import Client, ContactUpsert, Credentials, EventKind, open_session

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
RULES = Rules(country="PL", language="pl", tags={}, location="sklep_pl", shop_domain="sklep.example")
EWA = "ewa@example.com"


async def at_once() -> None:
    """No call has to wait for its turn."""


def job(event: StoreEvent, *, errand: Any = None, in_doubt: bool = False, known: Known | None = None) -> Job:
    claimed: Any = SimpleNamespace(message=SimpleNamespace(pk=1, attempts=1, in_doubt=in_doubt, kind="live"))
    return Job(
        claimed=claimed,
        account=Account(),
        event=event,
        contact=1,
        remote="remote",
        known=known,
        bought=True,
        rules=RULES,
        double_opt_in=False,
        own_yes_at=None,
        errand=errand,
    )


def cart_job(step: Any, *, quantity: int = 2, smclient: str | None = None, **more: Any) -> Job:
    whose = {"visitor": {"smclient": smclient}} if smclient else {"customer": {"email": EWA}}
    event = StoreEvent.model_validate(
        {
            "id": "e-1",
            "type": "cart.product_added",
            "occurred_at": NOON,
            "cart": {
                "id": "basket-77",
                "items": [
                    {"product_id": "P-100", "sku": "CH-OLCHA", "name": "Krzesło, Olcha", "quantity": quantity}
                ],
                "total": "199.98",
                "currency": "PLN",
                "url": "https://sklep.example/k/8f2c",
            },
            **whose,
        }
    )
    assert event.cart
    errand = CartErrand(
        step, "basket-77", Change(NOON, "digest", False), cart_event(event, event.cart, RULES)
    )
    return job(event, errand=errand, **more)


def order_job(kind: Kind = Kind.PURCHASE, *, return_number: str | None = None, **more: Any) -> Job:
    event = StoreEvent.model_validate(
        {
            "id": "e-1",
            "type": "order.placed",
            "occurred_at": NOON,
            "customer": {"email": EWA},
            "order": {
                "number": "1042",
                "total": "298.98",
                "currency": "PLN",
                "items": [
                    {"product_id": "P-100", "quantity": 2},
                    {"product_id": "P-205", "variant_id": "V-2"},
                ],
                "payment_method": "przelewy24",
                "shipping_method": "Kurier InPost",
                "discount_codes": ["JESIEN10"],
                "return_number": return_number,
            },
        }
    )
    assert event.order
    errand = OrderErrand(kind, order_event(event, event.order, EventKind(kind), RULES))
    return job(event, errand=errand, **more)


@pytest.fixture
def send(sandbox: Any) -> Callable[..., Awaitable[Result]]:
    """Sends a job, after the given contacts were made at SALESmanago."""

    async def sent(to_do: Job | Question, *already_there: ContactUpsert) -> Result:
        credentials = Credentials("sandbox-client", "sandbox-secret", "owner@shop.example")
        async with open_session() as session:
            client = Client(sandbox.url, credentials, session=session)
            for contact in already_there:
                await client.upsert_contact(contact)
            return await transfer(to_do, client, turn=at_once, now=NOON)

    return sent


@pytest.fixture
def ewa(sandbox: Any) -> Known:
    """Ewa is a customer there, and we know it."""
    contact_id = sandbox.upsert(EWA)["contactId"]
    return Known(contact_id, EWA, Status.OPT_IN, NOON, is_customer=True, told_at=NOON, sent=True)


def events(sandbox: Any) -> Any:
    return sandbox.get("/_sandbox/events")["events"]


async def test_a_purchase_is_there_whole(send: Any, sandbox: Any, ewa: Known) -> None:
    result = await send(order_job(known=ewa))

    assert result.outcome.state is State.DELIVERED
    assert events(sandbox) == [
        {
            "eventId": result.event_id,
            "contactId": ewa.contact_id,
            "email": EWA,
            "date": 1793534400000,
            "contactExtEventType": "PURCHASE",
            "products": "P-100,P-205",
            "detail1": "P-100,P-205",
            "detail3": "2/1",
            "detail6": "P-100,P-205",
            "detail7": "P-100,V-2",
            "value": 298.98,
            "description": "przelewy24",
            "location": "sklep_pl",
            "shopDomain": "sklep.example",
            "externalId": "1042",
            "detail2": "1042",
            "detail5": "Kurier InPost",
            "detail8": "pl",
            "detail9": "PLN",
            "detail10": "JESIEN10",
        }
    ]


async def test_a_cart_is_added_updated_and_deleted(send: Any, sandbox: Any, ewa: Known) -> None:
    added = await send(cart_job(AddCart(), known=ewa))
    event = events(sandbox)[0]
    assert {
        name: event[name] for name in ("contactExtEventType", "detail1", "detail3", "value", "externalId")
    } == {
        "contactExtEventType": "CART",
        "detail1": "Krzesło Olcha",
        "detail3": "2",
        "value": 199.98,
        "externalId": "basket-77",
    }

    updated = await send(cart_job(UpdateCart(added.event_id), quantity=5, known=ewa))
    assert [(event["eventId"], event["detail3"]) for event in events(sandbox)] == [(added.event_id, "5")]

    deleted = await send(cart_job(DeleteCart(added.event_id), known=ewa))
    again = await send(cart_job(DeleteCart(added.event_id), known=ewa))

    assert events(sandbox) == []
    assert {result.outcome.state for result in (added, updated, deleted, again)} == {State.DELIVERED}
    assert updated.event_id == added.event_id


async def test_an_update_of_what_is_gone_adds_it(send: Any, sandbox: Any, ewa: Known) -> None:
    result = await send(cart_job(UpdateCart("gone"), known=ewa))

    assert [event["eventId"] for event in events(sandbox)] == [result.event_id]


async def test_a_visitors_cart_is_named_by_the_contact_alone(send: Any, sandbox: Any, ewa: Known) -> None:
    await send(cart_job(AddCart(), smclient=ewa.contact_id, known=ewa))

    request = sandbox.get("/_sandbox/requests")["requests"][-1]
    assert request["path"] == "/api/v2/contact/addContactExtEvent"
    assert (request["body"]["contactId"], "email" in request["body"]) == (ewa.contact_id, False)
    assert events(sandbox)[0]["email"] == EWA


async def test_somebody_unknown_there_is_told_first_as_a_customer(send: Any, sandbox: Any) -> None:
    result = await send(order_job())

    contact = sandbox.contact(EWA)
    assert (contact["state"], contact["email_status"]) == ("CUSTOMER", "opt_in")
    assert events(sandbox)[0]["contactId"] == contact["contactId"] == result.known.contact_id


@pytest.mark.parametrize(
    ("kind", "return_number"),
    [(Kind.PURCHASE, None), (Kind.CANCELLATION, None), (Kind.RETURN, "R-1")],
)
async def test_an_order_that_arrived_already_is_found(
    send: Any, sandbox: Any, ewa: Known, kind: Kind, return_number: str | None
) -> None:
    first = await send(order_job(kind, return_number=return_number, known=ewa))

    second = await send(order_job(kind, return_number=return_number, known=ewa, in_doubt=True))

    assert (second.outcome.kind, second.event_id) == ("found", first.event_id)
    assert len(events(sandbox)) == 1


async def test_a_cart_that_arrived_already_is_found(send: Any, sandbox: Any, ewa: Known) -> None:
    first = await send(cart_job(AddCart(), known=ewa))

    second = await send(cart_job(AddCart(), known=ewa, in_doubt=True))
    by_cookie = await send(cart_job(AddCart(), smclient=ewa.contact_id, known=ewa, in_doubt=True))

    assert {result.outcome.kind for result in (second, by_cookie)} == {"found"}
    assert {result.event_id for result in (second, by_cookie)} == {first.event_id}
    assert len(events(sandbox)) == 1


async def test_what_did_not_arrive_is_added(send: Any, sandbox: Any, ewa: Known) -> None:
    await send(order_job(Kind.PURCHASE, known=ewa))
    await send(order_job(Kind.RETURN, return_number="R-1", known=ewa))

    result = await send(order_job(Kind.RETURN, return_number="R-2", known=ewa, in_doubt=True))

    assert (result.outcome.kind, result.outcome.settles_doubt) == ("delivered", True)
    assert [event["detail2"] for event in events(sandbox)] == ["1042", "R-1", "R-2"]


@pytest.mark.parametrize(
    ("in_doubt", "kind", "there"),
    [(InDoubt.HOLD, "cannot_be_known", 50), (InDoubt.REPEAT, "delivered", 51)],
)
async def test_among_fifty_events_that_do_not_name_it_nothing_is_certain(
    send: Any, sandbox: Any, ewa: Known, in_doubt: InDoubt, kind: str, there: int
) -> None:
    visit = {"date": 1, "contactExtEventType": "VISIT", "value": 1}
    for _ in range(50):
        assert sandbox.call("v2/contact/addContactExtEvent", email=EWA, contactEvent=visit)["success"]
    to_do = replace(order_job(known=ewa, in_doubt=True), account=Account(in_doubt=in_doubt))

    result = await send(to_do)

    assert result.outcome.kind == kind
    assert len(events(sandbox)) == there


async def test_a_cookie_is_asked_about(send: Any, ewa: Known) -> None:
    claimed: Any = SimpleNamespace(message=SimpleNamespace(attempts=1, in_doubt=False, kind="live"))
    event = cart_job(AddCart(), smclient="any").event

    found = await send(Question(claimed, Account(), event, ewa.contact_id))
    nobody = await send(Question(claimed, Account(), event, "00000000-0000-0000-0000-000000000000"))

    assert (found.outcome.kind, found.found.email) == ("asked", EWA)
    assert (nobody.outcome.kind, nobody.found) == ("asked", None)
