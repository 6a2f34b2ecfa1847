"""No repr, no exception and no log shows credentials; no error names people."""

import asyncio
import json
import logging
import traceback
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import pytest

from salesmanago import AddEvent, Client, ContactEvent, ContactUpsert, EventKind, Item, SalesmanagoError

if TYPE_CHECKING:
    from tests.contract.client.faults.conftest import Behaviour, ClientAt, Loopback, Received

SECRET, CLIENT_ID, JAN = "secret-0001", "client-0001", "jan.kowalski@example.com"
EVENT = ContactEvent(kind=EventKind.CART, occurred_at=1767261600000, items=(Item("P-100"),))
SHORT = 0.4  # seconds; a deadline that a test can wait for

Call = Callable[[Client], Awaitable[object]]
CALLS: dict[str, Call] = {
    "upsert_contact": lambda client: client.upsert_contact(ContactUpsert(email=JAN, name="Jan Kowalski")),
    "upsert_contacts": lambda client: client.upsert_contacts([ContactUpsert(email=JAN)], fire_events=False),
    "queue_contacts": lambda client: client.queue_contacts([ContactUpsert(email=JAN)], fire_events=False),
    "full_contacts": lambda client: client.full_contacts([JAN]),
    "delete_contact": lambda client: client.delete_contact(JAN),
    "add_event": lambda client: client.add_event(AddEvent(EVENT, email=JAN)),
    "add_events": lambda client: client.add_events([AddEvent(EVENT, email=JAN)]),
    "list_users": lambda client: client.list_users(),
}


def careless(loopback: "Loopback", status: str, *, shape: str) -> "Behaviour":
    """A server that shows the request, with the secret it should not know, in its answer."""

    async def behave(request: "Received", writer: asyncio.StreamWriter) -> None:
        words = request.body.decode() + SECRET + JAN
        pages = {
            "page": f"<pre>{words}</pre>",
            "refusal": json.dumps({"success": False, "message": [words]}),
            # Accepted, and then not a word of what was asked for.
            "nonsense": json.dumps({"success": True, "message": [words], "echo": words, "contacts": [words]}),
        }
        writer.write(loopback.http(status, pages[shape].encode()))

    return behave


def shown_by(failure: SalesmanagoError) -> str:
    """Everything that a diligent error report would print, variables of all frames included."""
    with_variables = traceback.TracebackException.from_exception(failure, capture_locals=True)
    return "\n".join([repr(failure), str(failure), repr(vars(failure)), *with_variables.format()])


async def failure_of_call(call: Call, client: Client) -> SalesmanagoError:
    # A frame of its own: the traceback ends here, before the server's record of the request.
    with pytest.raises(SalesmanagoError) as raised:
        await call(client)
    return raised.value


async def check_failure(
    call: Call,
    behaviour: "Behaviour",
    loopback: "Loopback",
    client_at: "ClientAt",
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    async with loopback.serving(behaviour) as server:
        client = client_at(server.url, deadline=SHORT)
        failure = await failure_of_call(call, client)
    fields = server.received[0].fields

    shown = shown_by(failure) + repr(client) + caplog.text

    assert failure.__cause__ is None
    assert failure.__context__ is None
    assert [name for name in ("apiKey", "sha") if fields[name] in shown] == []
    assert SECRET not in shown
    assert JAN not in str(failure)
    assert CLIENT_ID not in str(failure)


@pytest.mark.parametrize("name", ["hang", "drip", "reset"])
async def test_broken_connection_shows_no_credentials_and_no_people(
    loopback: "Loopback", client_at: "ClientAt", caplog: pytest.LogCaptureFixture, name: str
) -> None:
    await check_failure(CALLS["upsert_contact"], getattr(loopback, name), loopback, client_at, caplog)


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize(
    ("status", "shape"),
    [
        ("200 OK", "refusal"),
        ("200 OK", "page"),
        ("400 Bad", "refusal"),
        ("429 Slow", "refusal"),
        ("500 Oops", "page"),
        ("502 Bad Gateway", "page"),
    ],
)
async def test_careless_server_does_not_make_an_error_show_credentials_or_people(
    loopback: "Loopback",
    client_at: "ClientAt",
    caplog: pytest.LogCaptureFixture,
    name: str,
    status: str,
    shape: str,
) -> None:
    behaviour = careless(loopback, status, shape=shape)

    await check_failure(CALLS[name], behaviour, loopback, client_at, caplog)


@pytest.mark.parametrize("name", [name for name in CALLS if name != "delete_contact"])
async def test_answer_that_is_not_understood_is_not_shown(
    loopback: "Loopback",
    client_at: "ClientAt",
    caplog: pytest.LogCaptureFixture,
    name: str,
) -> None:
    behaviour = careless(loopback, "200 OK", shape="nonsense")

    await check_failure(CALLS[name], behaviour, loopback, client_at, caplog)


async def test_call_that_goes_well_logs_no_credentials(
    loopback: "Loopback", client_at: "ClientAt", caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with loopback.serving(loopback.accepting()) as server:
        upserted = await CALLS["upsert_contact"](client_at(server.url))

    shown = caplog.text + repr(upserted)
    assert [text for text in (SECRET, server.received[0].fields["sha"], JAN) if text in shown] == []
