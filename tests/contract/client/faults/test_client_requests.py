"""What every call looks like on the wire, and which server path it goes to."""

import json
import time
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from salesmanago import AddEvent, Client, ContactEvent, ContactUpsert, ContactUpserted, EventKind

if TYPE_CHECKING:
    from tests.contract.client.faults.conftest import ClientAt, Loopback

EVENT = ContactEvent(kind=EventKind.CART, occurred_at=1767261600000, value=Decimal("0.10"))
EVENT_ON_THE_WIRE = {"date": 1767261600000, "contactExtEventType": "CART", "value": 0.1}
JAN = ContactUpsert(email="jan@example.com", name="Żaneta")
SWITCHES = {
    "forceOptIn": False,
    "forceOptOut": False,
    "forcePhoneOptIn": False,
    "forcePhoneOptOut": False,
}
BATCH = {
    "useApiDoubleOptIn": False,
    "fireEvents": False,
    "upsertDetails": [{"contact": {"email": "jan@example.com", "name": "Żaneta"}, **SWITCHES}],
}
ANYTHING = json.dumps(
    {
        "success": True,
        "message": [],
        "contactId": "6f0c6a0e",
        "contactIds": {"jan@example.com": "6f0c6a0e"},
        "requestId": 7,
        "result": True,
        "contacts": [],
        "users": [],
        "eventId": "b0a3",
        "createdAmount": 1,
        "failedAmount": 0,
    }
).encode()
"""Enough for every method."""


async def test_request_is_a_signed_post_as_salesmanago_documents_it(
    loopback: "Loopback", client_at: "ClientAt"
) -> None:
    async with loopback.serving(loopback.accepting()) as server:
        before = time.time_ns() // 1_000_000

        upserted = await client_at(server.url + "/").upsert_contact(JAN)

        after = time.time_ns() // 1_000_000
    [request] = server.received
    fields = request.fields
    assert upserted == ContactUpserted(contact_id="6f0c6a0e", external_id=None)
    assert request.start == "POST /api/contact/upsert HTTP/1.1"
    assert request.headers["Accept"] == "application/json, application/json"
    assert request.headers["Content-Type"] == "application/json;charset=UTF-8"
    assert request.headers["User-Agent"].startswith("ebexo-salesmanago/")
    assert "Żaneta".encode() in request.body
    assert before <= fields.pop("requestTime") <= after
    assert len(fields.pop("apiKey")) == 32
    assert len(fields.pop("sha")) == 40
    assert fields == {
        "clientId": "client-0001",
        "owner": "owner@shop.example",
        "async": False,
        "contact": {"email": "jan@example.com", "name": "Żaneta"},
        **SWITCHES,
        "useApiDoubleOptIn": False,
    }


async def test_every_call_has_an_api_key_of_its_own_and_shares_the_connection(
    loopback: "Loopback", client_at: "ClientAt"
) -> None:
    async with loopback.serving(loopback.accepting()) as server:
        client = client_at(server.url)

        await client.upsert_contact(JAN)
        await client.upsert_contact(JAN)

    first, second = server.received
    assert first.fields["apiKey"] != second.fields["apiKey"]
    assert server.connections == 1


@pytest.mark.parametrize(
    ("call", "path", "sent"),
    [
        (lambda client: client.upsert_contacts([JAN], fire_events=False), "contact/batchupsert", BATCH),
        (
            lambda client: client.queue_contacts([JAN], fire_events=True),
            "contact/batchupsertv2",
            {**BATCH, "fireEvents": True},
        ),
        (
            lambda client: client.find_contact("Jan@example.com"),
            "contact/hasContact",
            {"email": "jan@example.com"},
        ),
        (
            lambda client: client.basic_contacts(["Jan@example.com"]),
            "contact/basic",
            {"email": ["jan@example.com"]},
        ),
        (lambda client: client.basic_contacts_by_id(["6f0c"]), "contact/basicById", {"id": ["6f0c"]}),
        (
            lambda client: client.full_contacts(["jan@example.com"]),
            "contact/list",
            {"email": ["jan@example.com"]},
        ),
        (lambda client: client.full_contacts_by_id(["6f0c"]), "contact/listById", {"contactId": ["6f0c"]}),
        (
            lambda client: client.delete_contact("jan@example.com"),
            "contact/delete",
            {"email": "jan@example.com", "permanently": False},
        ),
        (
            lambda client: client.delete_contact("jan@example.com", permanently=True),
            "contact/delete",
            {"email": "jan@example.com", "permanently": True},
        ),
        (lambda client: client.opt_in(contact_id="6f0c"), "contact/optin", {"contactId": "6f0c"}),
        (lambda client: client.opt_out(email="a@example.com"), "contact/optout", {"email": "a@example.com"}),
        (lambda client: client.phone_opt_in(contact_id="6f0c"), "contact/phoneoptin", {"contactId": "6f0c"}),
        (
            lambda client: client.phone_opt_out(contact_id="6f0c"),
            "contact/phoneoptout",
            {"contactId": "6f0c"},
        ),
        (
            lambda client: client.stop_monitoring(email="jan@example.com"),
            "contact/stopMonitoring",
            {"contacts": [{"addresseeType": "EMAIL", "value": "jan@example.com"}]},
        ),
        (
            lambda client: client.add_event(AddEvent(EVENT, contact_id="6f0c")),
            "v2/contact/addContactExtEvent",
            {"contactId": "6f0c", "contactEvent": EVENT_ON_THE_WIRE, "forceOptIn": False},
        ),
        (
            lambda client: client.update_event("b0a3", EVENT),
            "v2/contact/updateContactExtEvent",
            {"contactEvent": {"eventId": "b0a3", **EVENT_ON_THE_WIRE}},
        ),
        (
            lambda client: client.delete_event(event_id="b0a3"),
            "v2/contact/deleteContactExtEvent",
            {"eventId": "b0a3"},
        ),
        (
            lambda client: client.delete_event(external_id="order-7"),
            "v2/contact/deleteContactExtEvent",
            {"externalId": "order-7"},
        ),
        (
            lambda client: client.add_events([AddEvent(EVENT, contact_id="6f0c")]),
            "v2/contact/addBatchContactExtEvent",
            {"events": [{"contactId": "6f0c", "contactEvent": EVENT_ON_THE_WIRE}]},
        ),
        (lambda client: client.job_status("48211907"), "job/status", {"requestId": 48211907}),
    ],
)
async def test_each_method_is_one_request_of_the_documented_shape(
    loopback: "Loopback",
    client_at: "ClientAt",
    call: Callable[[Client], Awaitable[object]],
    path: str,
    sent: dict[str, Any],
) -> None:
    async with loopback.serving(loopback.answering(loopback.http("200 OK", ANYTHING))) as server:
        await call(client_at(server.url))

    [request] = server.received
    signed = {"clientId", "apiKey", "requestTime", "sha", "owner"}
    assert request.start == f"POST /api/{path} HTTP/1.1"
    assert {name: value for name, value in request.fields.items() if name not in signed} == sent
    assert signed <= request.fields.keys()


async def test_list_of_users_is_asked_for_without_an_owner(
    loopback: "Loopback", client_at: "ClientAt"
) -> None:
    users = b'{"success": true, "users": ["owner@shop.example", {"email": "ola@shop.example"}]}'
    async with loopback.serving(loopback.answering(loopback.http("200 OK", users))) as server:
        emails = await client_at(server.url).list_users()

    [request] = server.received
    assert emails == ("owner@shop.example", "ola@shop.example")
    assert request.start == "POST /api/user/listByClient HTTP/1.1"
    assert sorted(request.fields) == ["apiKey", "clientId", "requestTime", "sha"]


async def test_amounts_leave_as_decimals_to_the_last_digit(
    loopback: "Loopback", client_at: "ClientAt"
) -> None:
    amount = ContactEvent(
        kind=EventKind.PURCHASE, occurred_at=1767261600000, value=Decimal("12345678901234567.10")
    )
    async with loopback.serving(loopback.answering(loopback.http("200 OK", ANYTHING))) as server:
        await client_at(server.url).add_event(AddEvent(amount, contact_id="6f0c"))

    assert b'"value":12345678901234567.10}' in server.received[0].body


async def test_nobody_asked_for_is_no_call(client_at: "ClientAt", unused_port: int) -> None:
    client = client_at(f"http://127.0.0.1:{unused_port}")

    found = [
        await client.basic_contacts([]),
        await client.basic_contacts([" "]),
        await client.basic_contacts_by_id([""]),
        await client.full_contacts([]),
        await client.full_contacts_by_id([]),
    ]

    assert found == [()] * 5
