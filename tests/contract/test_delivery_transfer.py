"""Sending one job to the sandbox: what SALESmanago knows of the person decides how it is told."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from ebexo.consents.gate import Purpose
from ebexo.contacts.knowledge import Known, Status
from ebexo.delivery.job import Job
from ebexo.delivery.mapping.rules import Rules
from ebexo.delivery.result import Result
from ebexo.delivery.telling.transfer import transfer
from ebexo.events import Customer, EventType, StoreEvent
from ebexo.outbox.states import State
from ebexo.stores.models import Account
from salesmanago import Client, ContactUpsert, Credentials, OptFlags, open_session

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
NEWLY = datetime(2036, 1, 1, tzinfo=UTC)  # after anything the sandbox does today


async def at_once() -> None:
    """No call has to wait for its turn."""


def job(event_type: EventType = EventType.CUSTOMER_UPDATED, **changes: Any) -> Job:
    event = StoreEvent(
        id="event-1",
        type=event_type,
        occurred_at=NOON,
        customer=Customer(id="7", email="ewa@example.com", first_name="Ewa"),
    )
    claimed: Any = SimpleNamespace(message=SimpleNamespace(attempts=1, in_doubt=False, kind="live"))
    plain = Job(
        claimed=claimed,
        account=Account(),
        event=event,
        contact=1,
        remote="remote",
        known=None,
        bought=False,
        rules=Rules(country="PL", language="pl", tags={}),
        double_opt_in=False,
        own_yes_at=None,
    )
    return replace(plain, **changes)


@pytest.fixture
def send(sandbox: Any) -> Callable[..., Awaitable[Result]]:
    """Sends a job, after the given contacts were made at SALESmanago by somebody else."""

    async def sent(to_do: Job, *already_there: ContactUpsert) -> Result:
        credentials = Credentials("sandbox-client", "sandbox-secret", "owner@shop.example")
        async with open_session() as session:
            client = Client(sandbox.url, credentials, session=session)
            for contact in already_there:
                await client.upsert_contact(contact)
            return await transfer(to_do, client, turn=at_once, now=NOON)

    return sent


async def test_person_unknown_there_is_opted_in(send: Any, sandbox: Any) -> None:
    result = await send(job())

    assert result.outcome.state is State.DELIVERED
    assert sandbox.contact("ewa@example.com")["email_status"] == "opt_in"
    assert result.known == Known(
        contact_id=sandbox.contact("ewa@example.com")["contactId"],
        email="ewa@example.com",
        status=Status.OPT_IN,
        status_at=NOON,
        customer_id="7",
        told_at=NOON,
        told_fields=("external_id", "lang", "name", "state"),
        sent=True,
    )


async def test_person_who_opted_out_there_is_left_alone(send: Any, sandbox: Any) -> None:
    there = ContactUpsert("ewa@example.com", flags=OptFlags(opt_out=True))

    result = await send(job(), there)

    assert sandbox.contact("ewa@example.com")["email_status"] == "opt_out"
    assert result.known.status is Status.OPT_OUT


async def test_sign_up_older_than_the_opt_out_there_changes_nothing(send: Any, sandbox: Any) -> None:
    there = ContactUpsert("ewa@example.com", flags=OptFlags(opt_out=True))

    await send(job(EventType.NEWSLETTER_SUBSCRIBED, own_yes_at=NOON.replace(year=2020)), there)

    assert sandbox.contact("ewa@example.com")["email_status"] == "opt_out"


async def test_sign_up_newer_than_the_opt_out_there_opts_in(send: Any, sandbox: Any) -> None:
    there = ContactUpsert("ewa@example.com", flags=OptFlags(opt_out=True))

    await send(job(EventType.NEWSLETTER_SUBSCRIBED, own_yes_at=NEWLY), there)

    assert sandbox.contact("ewa@example.com")["email_status"] == "opt_in"


async def test_opt_out_tells_who_and_nothing_else(send: Any, sandbox: Any) -> None:
    said_no_at = NOON.replace(hour=9)
    there = ContactUpsert("ewa@example.com", name="Ewa Nowak", flags=OptFlags(opt_in=True))

    result = await send(
        job(EventType.NEWSLETTER_UNSUBSCRIBED, purpose=Purpose.OPT_OUT, own_no_at=said_no_at), there
    )

    contact = sandbox.contact("ewa@example.com")
    assert (contact["email_status"], contact["name"]) == ("opt_out", "Ewa Nowak")
    assert result.known == Known(
        contact["contactId"], "ewa@example.com", Status.OPT_OUT, said_no_at, sent=True
    )


@pytest.mark.parametrize("times", [1, 2])
async def test_erasure_deletes_the_contact_for_good_and_finding_nobody_is_fine(
    send: Any, sandbox: Any, times: int
) -> None:
    erasure = job(EventType.CUSTOMER_ERASED, purpose=Purpose.ERASE)

    results = [await send(erasure, ContactUpsert("ewa@example.com"))]
    results += [await send(erasure) for _ in range(1, times)]

    assert {result.outcome.state for result in results} == {State.DELIVERED}
    assert sandbox.get("/_sandbox/contacts")["contacts"] == []


async def test_contact_known_there_as_a_customer_stays_one(send: Any, sandbox: Any) -> None:
    await send(job(), ContactUpsert("ewa@example.com", state="CUSTOMER"))

    assert sandbox.contact("ewa@example.com")["state"] == "CUSTOMER"


async def test_contact_known_there_by_the_former_address_is_renamed(send: Any, sandbox: Any) -> None:
    moved = job()
    customer = moved.event.person.model_copy(update={"previous_email": "dawna@example.com"})
    moved = replace(moved, event=moved.event.model_copy(update={"customer": customer}))

    result = await send(moved, ContactUpsert("dawna@example.com"))

    assert result.known.email == "ewa@example.com"
    assert [contact["email"] for contact in sandbox.get("/_sandbox/contacts")["contacts"]] == [
        "ewa@example.com"
    ]


async def test_new_address_that_is_taken_there_makes_the_person_that_contact(send: Any, sandbox: Any) -> None:
    known = Known("id", "dawna@example.com", Status.OPT_IN, NOON, sent=True)

    result = await send(
        job(known=known), ContactUpsert("dawna@example.com"), ContactUpsert("ewa@example.com")
    )

    assert result.outcome.state is State.DELIVERED
    assert result.known.contact_id == sandbox.contact("ewa@example.com")["contactId"]
    assert sandbox.contact("ewa@example.com")["name"] == "Ewa"
