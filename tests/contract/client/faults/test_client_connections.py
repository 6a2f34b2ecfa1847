"""Connections that are not made, break or take too long: was anything sent?"""

import asyncio
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from salesmanago import ContactUpsert, ContactUpserted, open_session

if TYPE_CHECKING:
    from tests.contract.client.faults.conftest import ClientAt, Loopback, OutcomeOf, Received

JAN = ContactUpsert(email="jan.kowalski@example.com", name="Jan Kowalski")
SHORT = 0.4  # seconds; a deadline that a test can wait for


async def test_refused_port_is_unavailable(
    client_at: "ClientAt", outcome_of: "OutcomeOf", unused_port: int
) -> None:
    outcome = await outcome_of(client_at(f"http://127.0.0.1:{unused_port}"))

    assert outcome == ("Unavailable", "connection", None)


class Resolver(AbstractResolver):
    """Finds no host, or never ends to look for it."""

    def __init__(self, *, hangs: bool) -> None:
        self.hangs = hangs

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        if self.hangs:
            await asyncio.sleep(60)
        raise OSError(f"no such host: {host}")

    async def close(self) -> None:
        pass


@pytest.mark.parametrize(("hangs", "reason"), [(False, "dns"), (True, "timeout_connect")])
async def test_name_that_is_not_found_is_unavailable(
    client_at: "ClientAt", outcome_of: "OutcomeOf", hangs: bool, reason: str
) -> None:
    connector = aiohttp.TCPConnector(resolver=Resolver(hangs=hangs))
    async with aiohttp.ClientSession(connector=connector) as session:
        client = client_at("https://app3.salesmanago.pl", session=session, deadline=SHORT)

        outcome = await outcome_of(client)

    assert outcome == ("Unavailable", reason, None)


@contextmanager
def deaf_listener() -> Iterator[int]:
    """Lets the kernel take connections that nobody ever reads."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(8)
        yield listener.getsockname()[1]


async def test_deadline_before_the_handshake_is_done_is_unavailable(
    client_at: "ClientAt", outcome_of: "OutcomeOf"
) -> None:
    with deaf_listener() as port:
        outcome = await outcome_of(client_at(f"https://127.0.0.1:{port}", deadline=SHORT))

    assert outcome == ("Unavailable", "timeout_connect", None)


async def test_deadline_while_waiting_for_a_free_connection_is_unavailable(
    loopback: "Loopback", client_at: "ClientAt", outcome_of: "OutcomeOf"
) -> None:
    async with loopback.serving(loopback.hang) as server, open_session(limit=1) as session:
        patient = client_at(server.url, session=session, deadline=60)
        first = asyncio.create_task(patient.upsert_contact(JAN))
        await server.reached.wait()

        outcome = await outcome_of(client_at(server.url, session=session, deadline=SHORT))

        first.cancel()
        await asyncio.wait([first])
    assert outcome == ("Unavailable", "timeout_connect", None)
    assert len(server.received) == 1


async def test_deadline_after_sending_leaves_the_outcome_unknown(
    client_at: "ClientAt", outcome_of: "OutcomeOf"
) -> None:
    with deaf_listener() as port:
        outcome = await outcome_of(client_at(f"http://127.0.0.1:{port}", deadline=SHORT))

    assert outcome == ("OutcomeUnknown", "timeout", None)


async def test_dripping_answer_ends_at_the_deadline(
    loopback: "Loopback", client_at: "ClientAt", outcome_of: "OutcomeOf"
) -> None:
    async with loopback.serving(loopback.drip) as server:
        started = time.monotonic()

        outcome = await outcome_of(client_at(server.url, deadline=SHORT))

        took = time.monotonic() - started
    assert outcome == ("OutcomeUnknown", "timeout", 200)
    assert SHORT <= took < SHORT + 1


async def test_reset_while_waiting_leaves_the_outcome_unknown(
    loopback: "Loopback", client_at: "ClientAt", outcome_of: "OutcomeOf"
) -> None:
    async with loopback.serving(loopback.reset) as server:
        outcome = await outcome_of(client_at(server.url))

    assert outcome == ("OutcomeUnknown", "connection", None)
    assert len(server.received) == 1


async def test_connection_closed_without_an_answer_is_not_tried_again(
    loopback: "Loopback", client_at: "ClientAt", outcome_of: "OutcomeOf"
) -> None:
    """aiohttp repeats what is safe to repeat on a kept connection that breaks; an upsert must not be."""

    async def answer_once(request: "Received", writer: asyncio.StreamWriter) -> None:
        if len(server.received) == 1:
            writer.write(loopback.http("200 OK", loopback.accepted))
        else:
            writer.close()

    async with loopback.serving(answer_once) as server:
        client = client_at(server.url)
        await client.upsert_contact(JAN)

        outcome = await outcome_of(client)

    assert outcome == ("OutcomeUnknown", "connection", None)
    assert (len(server.received), server.connections) == (2, 1)


async def test_kept_connection_that_was_closed_meanwhile_is_replaced(
    loopback: "Loopback", client_at: "ClientAt"
) -> None:
    closing = loopback.closing_after(loopback.http("200 OK", loopback.accepted))
    async with loopback.serving(closing) as server:
        client = client_at(server.url)
        await client.upsert_contact(JAN)
        await asyncio.sleep(0.05)

        upserted = await client.upsert_contact(JAN)

    assert upserted == ContactUpserted(contact_id="6f0c6a0e", external_id=None)
    assert (len(server.received), server.connections) == (2, 2)


async def test_cancelling_a_call_is_no_error_of_salesmanago(
    loopback: "Loopback", client_at: "ClientAt"
) -> None:
    async with loopback.serving(loopback.hang) as server:
        call = asyncio.create_task(client_at(server.url).upsert_contact(JAN))
        await server.reached.wait()

        call.cancel()

        with pytest.raises(asyncio.CancelledError):
            await call


async def test_closed_session_is_a_mistake_in_the_program(
    session: aiohttp.ClientSession, client_at: "ClientAt"
) -> None:
    await session.close()

    with pytest.raises(RuntimeError, match="Session is closed"):
        await client_at("http://127.0.0.1:1").upsert_contact(JAN)


@pytest.mark.parametrize("endpoint", ["", "app3.salesmanago.pl", "ftp://app3.salesmanago.pl", "https://"])
async def test_client_is_not_made_for_what_is_no_url(client_at: "ClientAt", endpoint: str) -> None:
    with pytest.raises(ValueError, match="normalise_endpoint"):
        client_at(endpoint)
