"""Servers that misbehave, each a few lines over a bare socket on the loopback."""

import asyncio
import json
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest

from salesmanago import Client, ContactUpsert, Credentials, SalesmanagoError, open_session

CREDENTIALS = Credentials(client_id="client-0001", api_secret="secret-0001", owner="owner@shop.example")
JAN = ContactUpsert(email="jan.kowalski@example.com", name="Jan Kowalski")


@dataclass
class Received:
    """One request as the server got it."""

    start: str
    headers: dict[str, str]
    body: bytes

    @property
    def fields(self) -> dict[str, Any]:
        fields: dict[str, Any] = json.loads(self.body)
        return fields


@dataclass
class Server:
    """A server that does with each request what its behaviour says."""

    port: int
    received: list[Received] = field(default_factory=list)
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    connections: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


Behaviour = Callable[[Received, asyncio.StreamWriter], Awaitable[None]]
ClientAt = Callable[..., Client]
FailureOf = Callable[[Client], Awaitable[SalesmanagoError]]
OutcomeOf = Callable[[Client], Awaitable[tuple[str, str | None, int | None]]]


class Loopback:
    """Serves behaviours, and has the common ones ready."""

    accepted = b'{"success": true, "message": [], "contactId": "6f0c6a0e", "externalId": null}'

    @asynccontextmanager
    async def serving(
        self, behaviour: Behaviour, *, tls: ssl.SSLContext | None = None
    ) -> AsyncIterator[Server]:
        busy: set[asyncio.Task[None]] = set()

        async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            server.connections += 1
            try:
                while request := await read_request(reader):
                    server.received.append(request)
                    server.reached.set()
                    await behaviour(request, writer)
                    await writer.drain()
            except (ConnectionError, ssl.SSLError):
                pass  # the client went away, as some tests want it to
            finally:
                writer.close()

        def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.create_task(converse(reader, writer))
            busy.add(task)
            task.add_done_callback(busy.discard)

        listener = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
        server = Server(port=listener.sockets[0].getsockname()[1])
        try:
            yield server
        finally:
            listener.close()
            for task in busy:
                task.cancel()
            await asyncio.gather(*busy, return_exceptions=True)

    def http(self, status: str, body: bytes = b"", *headers: str) -> bytes:
        head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
        return "\r\n".join(head).encode() + b"\r\n\r\n" + body

    def answering(self, raw: bytes) -> Behaviour:
        async def behave(request: Received, writer: asyncio.StreamWriter) -> None:
            writer.write(raw)

        return behave

    def accepting(self) -> Behaviour:
        """Says yes to an upsert."""
        return self.answering(self.http("200 OK", self.accepted))

    def closing_after(self, raw: bytes) -> Behaviour:
        async def behave(request: Received, writer: asyncio.StreamWriter) -> None:
            writer.write(raw)
            await writer.drain()
            writer.close()

        return behave

    async def hang(self, request: Received, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(60)

    async def drip(self, request: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(1000):
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.02)

    async def reset(self, request: Received, writer: asyncio.StreamWriter) -> None:
        # Closing with a linger time of zero sends RST instead of FIN.
        connection = writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()


async def read_request(reader: asyncio.StreamReader) -> Received | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
    except asyncio.IncompleteReadError:
        return None
    start, *lines = head.removesuffix("\r\n\r\n").split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    return Received(start, headers, await reader.readexactly(int(headers.get("Content-Length", 0))))


@pytest.fixture
def loopback() -> Loopback:
    return Loopback()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with open_session() as opened:
        yield opened


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def client_at(session: aiohttp.ClientSession) -> ClientAt:
    """A client of the server with this URL; the client's own options may be given too."""

    def make(url: str, **options: Any) -> Client:
        return Client(url, CREDENTIALS, **{"session": session, **options})

    return make


@pytest.fixture
def failure_of() -> FailureOf:
    """What an upsert of Jan Kowalski fails with."""

    async def failure(client: Client) -> SalesmanagoError:
        with pytest.raises(SalesmanagoError) as raised:
            await client.upsert_contact(JAN)
        return raised.value

    return failure


@pytest.fixture
def outcome_of(failure_of: FailureOf) -> OutcomeOf:
    """The same as the name of the error, its reason and the HTTP status."""

    async def outcome(client: Client) -> tuple[str, str | None, int | None]:
        error = await failure_of(client)
        return type(error).__name__, getattr(error, "reason", None), error.http_status

    return outcome
