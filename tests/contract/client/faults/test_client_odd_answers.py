"""Answers that are no answers: told apart by what to do next."""

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest

from salesmanago import (
    AddEvent,
    ContactEvent,
    ContactUpsert,
    EventKind,
    Item,
    OutcomeUnknown,
    Refused,
    Throttled,
)

if TYPE_CHECKING:
    from tests.contract.client.faults.conftest import ClientAt, FailureOf, Loopback, OutcomeOf, Received

OK = b"HTTP/1.1 200 OK\r\n"
ACCEPTED = b'{"success": true, "message": [], "contactId": "6f0c6a0e", "externalId": null}'
EVENT = ContactEvent(kind=EventKind.CART, occurred_at=1767261600000, items=(Item("P-100"),))


async def ten_megabytes(request: "Received", writer: asyncio.StreamWriter) -> None:
    writer.write(OK + b"Content-Length: 10000000\r\n\r\n")
    for _ in range(1000):
        writer.write(b" " * 10_000)
        await writer.drain()


async def test_answer_of_ten_megabytes_is_cut_off(
    loopback: "Loopback", client_at: "ClientAt", outcome_of: "OutcomeOf"
) -> None:
    async with loopback.serving(ten_megabytes) as server:
        outcome = await outcome_of(client_at(server.url))

    assert outcome == ("OutcomeUnknown", "too_large", 200)


async def test_answer_of_four_megabytes_is_read(loopback: "Loopback", client_at: "ClientAt") -> None:
    """As long as fifty contacts with all their events may be."""
    raw = loopback.http("200 OK", ACCEPTED + b" " * 4_000_000)
    async with loopback.serving(loopback.answering(raw)) as server:
        upserted = await client_at(server.url).upsert_contact(ContactUpsert(email="jan@example.com"))

    assert upserted.contact_id == "6f0c6a0e"


async def test_redirect_is_not_followed(
    loopback: "Loopback", client_at: "ClientAt", outcome_of: "OutcomeOf"
) -> None:
    async with loopback.serving(loopback.accepting()) as elsewhere:
        location = f"Location: {elsewhere.url}/api/contact/upsert"
        moved = loopback.answering(loopback.http("307 Temporary Redirect", b"", location))
        async with loopback.serving(moved) as server:
            outcome = await outcome_of(client_at(server.url))

    assert outcome == ("Unavailable", "redirect", 307)
    assert elsewhere.received == []


def sized(status: str, body: bytes = b"", *headers: bytes, size: int | None = None) -> bytes:
    length = len(body) if size is None else size
    head = [f"HTTP/1.1 {status}".encode(), b"Content-Length: %d" % length, *headers]
    return b"\r\n".join(head) + b"\r\n\r\n" + body


@pytest.mark.parametrize(
    ("raw", "outcome"),
    [
        (sized("200 OK"), ("OutcomeUnknown", "empty", 200)),
        (sized("200 OK", b'{"success": tr'), ("OutcomeUnknown", "not_json", 200)),
        (sized("200 OK", b"[]"), ("OutcomeUnknown", "not_object", 200)),
        (sized("200 OK", b'{"success": true}'), ("OutcomeUnknown", "no_contact_id", 200)),
        (sized("200 OK", ACCEPTED, b"Content-Encoding: gzip"), ("OutcomeUnknown", "truncated", 200)),
        (sized("200 OK", b'{"success": false, "message": "Invalid email"}'), ("Refused", None, 200)),
        (sized("413 Too Large", b"<h1>Too large</h1>"), ("Refused", None, 413)),
        (sized("500 Oops", b"<h1>Oops</h1>"), ("Unavailable", "status", 500)),
        (sized("502 Bad Gateway", b"<h1>Bad</h1>"), ("OutcomeUnknown", "status", 502)),
        (sized("503 Busy", b"<h1>Busy</h1>"), ("Unavailable", "status", 503)),
        (sized("200 OK", ACCEPTED, size=500), ("OutcomeUnknown", "truncated", 200)),
        (sized("503 Busy", b"Busy", size=500), ("Unavailable", "status", 503)),
        (b"\x15\x03\x01 this is not HTTP\r\n\r\n", ("OutcomeUnknown", "connection", None)),
        (OK + b"X: " + b"a" * 100_000 + b"\r\n\r\n", ("OutcomeUnknown", "connection", None)),
        (b"", ("OutcomeUnknown", "connection", None)),
    ],
)
async def test_odd_answers_are_told_apart_by_what_to_do_next(
    loopback: "Loopback",
    client_at: "ClientAt",
    outcome_of: "OutcomeOf",
    raw: bytes,
    outcome: tuple[str, str | None, int | None],
) -> None:
    async with loopback.serving(loopback.closing_after(raw)) as server:
        assert await outcome_of(client_at(server.url)) == outcome

    assert len(server.received) == 1


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Busy"])
async def test_throttling_names_its_wait_in_seconds(
    loopback: "Loopback", client_at: "ClientAt", failure_of: "FailureOf", status: str
) -> None:
    throttling = loopback.answering(loopback.http(status, b"", "Retry-After: 7"))
    async with loopback.serving(throttling) as server:
        failure = await failure_of(client_at(server.url))

    assert isinstance(failure, Throttled)
    assert failure.retry_after == 7.0


async def test_throttling_names_its_wait_by_a_date(
    loopback: "Loopback", client_at: "ClientAt", failure_of: "FailureOf"
) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=120), usegmt=True)
    throttling = loopback.answering(loopback.http("429 Too Many Requests", b"", f"Retry-After: {date}"))
    async with loopback.serving(throttling) as server:
        failure = await failure_of(client_at(server.url))

    assert isinstance(failure, Throttled)
    assert failure.retry_after is not None
    assert 110 < failure.retry_after <= 120


async def test_throttling_without_a_wait_leaves_it_to_the_caller(
    loopback: "Loopback", client_at: "ClientAt", failure_of: "FailureOf"
) -> None:
    async with loopback.serving(loopback.answering(loopback.http("429 Too Many Requests"))) as server:
        failure = await failure_of(client_at(server.url))

    assert isinstance(failure, Throttled)
    assert failure.retry_after is None


async def test_event_that_may_have_been_added_is_of_unknown_outcome(
    loopback: "Loopback", client_at: "ClientAt"
) -> None:
    async with loopback.serving(loopback.reset) as server:
        with pytest.raises(OutcomeUnknown) as failure:
            await client_at(server.url).add_event(AddEvent(EVENT, email="jan@example.com"))

    assert failure.value.reason == "connection"
    assert len(server.received) == 1


async def test_batch_refused_as_a_whole_is_refused(loopback: "Loopback", client_at: "ClientAt") -> None:
    raw = loopback.http("200 OK", b'{"success": false, "message": ["Too many events"]}')
    async with loopback.serving(loopback.answering(raw)) as server:
        with pytest.raises(Refused) as failure:
            await client_at(server.url).add_events([AddEvent(EVENT, email="jan@example.com")])

    assert failure.value.vendor_message == "Too many events"
