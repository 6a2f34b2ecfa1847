"""The client against servers that misbehave, each a few lines over a bare socket."""

import asyncio
import json
import logging
import socket
import ssl
import struct
import time
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from salesmanago import (
    Client,
    ContactUpsert,
    ContactUpserted,
    Credentials,
    OutcomeUnknown,
    Refused,
    SalesmanagoError,
    Throttled,
    Unavailable,
    open_session,
)

CREDENTIALS = Credentials(client_id="client-0001", api_secret="secret-0001", owner="owner@shop.example")
JAN = ContactUpsert(email="jan.kowalski@example.com", name="Jan Kowalski")
ACCEPTED = b'{"success": true, "message": [], "contactId": "6f0c6a0e", "externalId": null}'
SHORT = 0.4  # seconds; a deadline that a test can wait for


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
    """A server that does with each request what `behaviour` says."""

    port: int
    received: list[Received] = field(default_factory=list)
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    connections: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


Behaviour = Callable[[Received, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def serving(behaviour: Behaviour, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
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


async def read_request(reader: asyncio.StreamReader) -> Received | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
    except asyncio.IncompleteReadError:
        return None
    start, *lines = head.removesuffix("\r\n\r\n").split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    return Received(start, headers, await reader.readexactly(int(headers.get("Content-Length", 0))))


def http(status: str, body: bytes = b"", *headers: str) -> bytes:
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def answering(raw: bytes) -> Behaviour:
    async def behave(request: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(raw)

    return behave


def closing_after(raw: bytes) -> Behaviour:
    async def behave(request: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(raw)
        await writer.drain()
        writer.close()

    return behave


async def hang(request: Received, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


async def drip(request: Received, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(1000):
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.02)


async def reset(request: Received, writer: asyncio.StreamWriter) -> None:
    # Closing with a linger time of zero sends RST instead of FIN.
    connection = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def ten_megabytes(request: Received, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n")
    for _ in range(1000):
        writer.write(b" " * 10_000)
        await writer.drain()


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


async def failure_of(client: Client) -> SalesmanagoError:
    with pytest.raises(SalesmanagoError) as failure:
        await client.upsert_contact(JAN)
    return failure.value


def told(failure: SalesmanagoError) -> tuple[type[SalesmanagoError], str | None, int | None]:
    return type(failure), getattr(failure, "reason", None), failure.http_status


async def test_request_is_a_signed_post_as_salesmanago_documents_it(session: aiohttp.ClientSession) -> None:
    async with serving(answering(http("200 OK", ACCEPTED))) as server:
        client = Client(server.url + "/", CREDENTIALS, session=session)
        before = time.time_ns() // 1_000_000

        upserted = await client.upsert_contact(ContactUpsert(email="jan@example.com", name="Żaneta"))

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
        "forceOptIn": False,
        "forceOptOut": False,
        "forcePhoneOptIn": False,
        "forcePhoneOptOut": False,
        "useApiDoubleOptIn": False,
    }


async def test_every_call_has_an_api_key_of_its_own_and_shares_the_connection(
    session: aiohttp.ClientSession,
) -> None:
    async with serving(answering(http("200 OK", ACCEPTED))) as server:
        client = Client(server.url, CREDENTIALS, session=session)

        await client.upsert_contact(JAN)
        await client.upsert_contact(JAN)

    first, second = server.received
    assert first.fields["apiKey"] != second.fields["apiKey"]
    assert server.connections == 1


async def test_list_of_users_is_asked_for_without_an_owner(session: aiohttp.ClientSession) -> None:
    users = (
        b'{"success": true, "message": [], "users": ["owner@shop.example", {"email": "ola@shop.example"}]}'
    )
    async with serving(answering(http("200 OK", users))) as server:
        emails = await Client(server.url, CREDENTIALS, session=session).list_users()

    [request] = server.received
    assert emails == ("owner@shop.example", "ola@shop.example")
    assert request.start == "POST /api/user/listByClient HTTP/1.1"
    assert sorted(request.fields) == ["apiKey", "clientId", "requestTime", "sha"]


async def test_no_emails_are_no_call(session: aiohttp.ClientSession, unused_port: int) -> None:
    contacts = await Client(f"http://127.0.0.1:{unused_port}", CREDENTIALS, session=session).basic_contacts(
        []
    )

    assert contacts == ()


async def test_refused_port_is_unavailable(session: aiohttp.ClientSession, unused_port: int) -> None:
    failure = await failure_of(Client(f"http://127.0.0.1:{unused_port}", CREDENTIALS, session=session))

    assert told(failure) == (Unavailable, "connection", None)


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
async def test_name_that_is_not_found_is_unavailable(hangs: bool, reason: str | None) -> None:
    connector = aiohttp.TCPConnector(resolver=Resolver(hangs=hangs))
    async with aiohttp.ClientSession(connector=connector) as session:
        client = Client("https://app3.salesmanago.pl", CREDENTIALS, session=session, deadline=SHORT)

        failure = await failure_of(client)

    assert told(failure) == (Unavailable, reason, None)


@contextmanager
def deaf_listener() -> Iterator[int]:
    """Lets the kernel take connections that nobody ever reads."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(8)
        yield listener.getsockname()[1]


async def test_deadline_before_the_handshake_is_done_is_unavailable(session: aiohttp.ClientSession) -> None:
    with deaf_listener() as port:
        client = Client(f"https://127.0.0.1:{port}", CREDENTIALS, session=session, deadline=SHORT)

        failure = await failure_of(client)

    assert told(failure) == (Unavailable, "timeout_connect", None)


async def test_deadline_while_waiting_for_a_free_connection_is_unavailable() -> None:
    async with serving(hang) as server, open_session(limit=1) as session:
        client = Client(server.url, CREDENTIALS, session=session, deadline=SHORT)
        patient = Client(server.url, CREDENTIALS, session=session, deadline=60)
        first = asyncio.create_task(patient.upsert_contact(JAN))
        await server.reached.wait()

        failure = await failure_of(client)

        first.cancel()
        await asyncio.wait([first])
    assert told(failure) == (Unavailable, "timeout_connect", None)
    assert len(server.received) == 1


async def test_deadline_after_sending_leaves_the_outcome_unknown(session: aiohttp.ClientSession) -> None:
    with deaf_listener() as port:
        client = Client(f"http://127.0.0.1:{port}", CREDENTIALS, session=session, deadline=SHORT)

        failure = await failure_of(client)

    assert told(failure) == (OutcomeUnknown, "timeout", None)


async def test_dripping_answer_ends_at_the_deadline(session: aiohttp.ClientSession) -> None:
    async with serving(drip) as server:
        client = Client(server.url, CREDENTIALS, session=session, deadline=SHORT)
        started = time.monotonic()

        failure = await failure_of(client)

        took = time.monotonic() - started
    assert told(failure) == (OutcomeUnknown, "timeout", 200)
    assert SHORT <= took < SHORT + 1


async def test_answer_of_ten_megabytes_is_cut_off(session: aiohttp.ClientSession) -> None:
    async with serving(ten_megabytes) as server:
        failure = await failure_of(Client(server.url, CREDENTIALS, session=session))

    assert told(failure) == (OutcomeUnknown, "too_large", 200)


async def test_redirect_is_not_followed(session: aiohttp.ClientSession) -> None:
    async with serving(answering(http("200 OK", ACCEPTED))) as elsewhere:
        moved = http("307 Temporary Redirect", b"", f"Location: {elsewhere.url}/api/contact/upsert")
        async with serving(answering(moved)) as server:
            failure = await failure_of(Client(server.url, CREDENTIALS, session=session))

    assert told(failure) == (Unavailable, "redirect", 307)
    assert elsewhere.received == []


async def test_reset_while_waiting_leaves_the_outcome_unknown(session: aiohttp.ClientSession) -> None:
    async with serving(reset) as server:
        failure = await failure_of(Client(server.url, CREDENTIALS, session=session))

    assert told(failure) == (OutcomeUnknown, "connection", None)
    assert len(server.received) == 1


async def test_connection_closed_without_an_answer_is_not_tried_again(session: aiohttp.ClientSession) -> None:
    """aiohttp repeats what is safe to repeat on a kept connection that breaks; an upsert must not be."""

    async def answer_once(request: Received, writer: asyncio.StreamWriter) -> None:
        if len(server.received) == 1:
            writer.write(http("200 OK", ACCEPTED))
        else:
            writer.close()

    async with serving(answer_once) as server:
        client = Client(server.url, CREDENTIALS, session=session)
        await client.upsert_contact(JAN)

        failure = await failure_of(client)

    assert told(failure) == (OutcomeUnknown, "connection", None)
    assert (len(server.received), server.connections) == (2, 1)


async def test_kept_connection_that_was_closed_meanwhile_is_replaced(session: aiohttp.ClientSession) -> None:
    async with serving(closing_after(http("200 OK", ACCEPTED))) as server:
        client = Client(server.url, CREDENTIALS, session=session)
        await client.upsert_contact(JAN)
        await asyncio.sleep(0.05)

        upserted = await client.upsert_contact(JAN)

    assert upserted == ContactUpserted(contact_id="6f0c6a0e", external_id=None)
    assert (len(server.received), server.connections) == (2, 2)


@pytest.mark.parametrize(
    ("raw", "kind", "reason", "status"),
    [
        (http("200 OK"), OutcomeUnknown, "empty", 200),
        (http("200 OK", b'{"success": tr'), OutcomeUnknown, "not_json", 200),
        (http("200 OK", b"[]"), OutcomeUnknown, "not_object", 200),
        (http("200 OK", b'{"success": true}'), OutcomeUnknown, "no_contact_id", 200),
        (http("200 OK", ACCEPTED, "Content-Encoding: gzip"), OutcomeUnknown, "truncated", 200),
        (http("200 OK", b'{"success": false, "message": "Invalid email"}'), Refused, None, 200),
        (http("413 Too Large", b"<h1>Too large</h1>"), Refused, None, 413),
        (http("500 Oops", b"<h1>Oops</h1>"), Unavailable, "status", 500),
        (http("502 Bad Gateway", b"<h1>Bad</h1>"), OutcomeUnknown, "status", 502),
        (http("503 Busy", b"<h1>Busy</h1>"), Unavailable, "status", 503),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + ACCEPTED, OutcomeUnknown, "truncated", 200),
        (b"HTTP/1.1 503 Busy\r\nContent-Length: 500\r\n\r\nBusy", Unavailable, "status", 503),
        (b"\x15\x03\x01 this is not HTTP\r\n\r\n", OutcomeUnknown, "connection", None),
        (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000 + b"\r\n\r\n", OutcomeUnknown, "connection", None),
        (b"", OutcomeUnknown, "connection", None),
    ],
)
async def test_odd_answers_are_told_apart_by_what_to_do_next(
    session: aiohttp.ClientSession,
    raw: bytes,
    kind: type[SalesmanagoError],
    reason: str | None,
    status: int | None,
) -> None:
    async with serving(closing_after(raw)) as server:
        failure = await failure_of(Client(server.url, CREDENTIALS, session=session))

    assert told(failure) == (kind, reason, status)
    assert len(server.received) == 1


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Busy"])
async def test_throttling_names_its_wait_in_seconds(session: aiohttp.ClientSession, status: str) -> None:
    async with serving(answering(http(status, b"", "Retry-After: 7"))) as server:
        failure = await failure_of(Client(server.url, CREDENTIALS, session=session))

    assert isinstance(failure, Throttled)
    assert failure.retry_after == 7.0


async def test_throttling_names_its_wait_by_a_date(session: aiohttp.ClientSession) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=120), usegmt=True)
    async with serving(answering(http("429 Too Many Requests", b"", f"Retry-After: {date}"))) as server:
        failure = await failure_of(Client(server.url, CREDENTIALS, session=session))

    assert isinstance(failure, Throttled)
    assert failure.retry_after is not None
    assert 110 < failure.retry_after <= 120


async def test_throttling_without_a_wait_leaves_it_to_the_caller(session: aiohttp.ClientSession) -> None:
    async with serving(answering(http("429 Too Many Requests"))) as server:
        failure = await failure_of(Client(server.url, CREDENTIALS, session=session))

    assert isinstance(failure, Throttled)
    assert failure.retry_after is None


async def test_cancelling_a_call_is_no_error_of_salesmanago(session: aiohttp.ClientSession) -> None:
    async with serving(hang) as server:
        call = asyncio.create_task(Client(server.url, CREDENTIALS, session=session).upsert_contact(JAN))
        await server.reached.wait()

        call.cancel()

        with pytest.raises(asyncio.CancelledError):
            await call


async def test_closed_session_is_a_mistake_in_the_program(session: aiohttp.ClientSession) -> None:
    await session.close()

    with pytest.raises(RuntimeError, match="Session is closed"):
        await Client("http://127.0.0.1:1", CREDENTIALS, session=session).upsert_contact(JAN)


@pytest.fixture(scope="module")
def self_signed(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "app3.salesmanago.pl")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    path: Path = tmp_path_factory.mktemp("tls") / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


async def test_certificate_of_a_stranger_is_unavailable_and_nothing_is_sent(
    session: aiohttp.ClientSession, self_signed: ssl.SSLContext
) -> None:
    async with serving(answering(http("200 OK", ACCEPTED)), tls=self_signed) as server:
        client = Client(f"https://127.0.0.1:{server.port}", CREDENTIALS, session=session)

        failure = await failure_of(client)

    assert told(failure) == (Unavailable, "tls", None)
    assert server.received == []


async def test_server_that_speaks_no_tls_is_unavailable(session: aiohttp.ClientSession) -> None:
    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    listener = await asyncio.start_server(babble, "127.0.0.1", 0)
    async with listener:
        port = listener.sockets[0].getsockname()[1]
        failure = await failure_of(Client(f"https://127.0.0.1:{port}", CREDENTIALS, session=session))

    assert told(failure) == (Unavailable, "tls", None)


async def test_proxy_of_the_environment_is_ignored(monkeypatch: pytest.MonkeyPatch, unused_port: int) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{unused_port}")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    async with serving(answering(http("200 OK", ACCEPTED))) as server, open_session() as session:
        upserted = await Client(server.url, CREDENTIALS, session=session).upsert_contact(JAN)

    assert upserted == ContactUpserted(contact_id="6f0c6a0e", external_id=None)


async def test_session_that_would_take_proxies_from_the_environment_is_refused() -> None:
    async with aiohttp.ClientSession(trust_env=True) as session:
        with pytest.raises(ValueError, match="trust_env=False"):
            Client("https://app3.salesmanago.pl", CREDENTIALS, session=session)


@pytest.mark.parametrize("endpoint", ["", "app3.salesmanago.pl", "ftp://app3.salesmanago.pl", "https://"])
async def test_client_is_not_made_for_what_is_no_url(session: aiohttp.ClientSession, endpoint: str) -> None:
    with pytest.raises(ValueError, match="normalise_endpoint"):
        Client(endpoint, CREDENTIALS, session=session)


async def test_named_proxy_is_used(session: aiohttp.ClientSession) -> None:
    async with serving(answering(http("200 OK", ACCEPTED))) as proxy:
        client = Client("http://sandbox.example:8090", CREDENTIALS, session=session, proxy=proxy.url)

        await client.upsert_contact(JAN)

    [request] = proxy.received
    assert request.start == "POST http://sandbox.example:8090/api/contact/upsert HTTP/1.1"


@pytest.mark.parametrize(
    "raw", [http("403 Forbidden", b"no"), http("407 Who Are You"), http("502 Bad Gateway")]
)
async def test_proxy_that_opens_no_tunnel_is_unavailable_and_sees_no_body(
    session: aiohttp.ClientSession, raw: bytes
) -> None:
    async with serving(closing_after(raw)) as proxy:
        client = Client("https://app3.salesmanago.pl", CREDENTIALS, session=session, proxy=proxy.url)

        failure = await failure_of(client)

    [request] = proxy.received
    assert told(failure) == (Unavailable, "proxy", None)
    assert (request.start, request.body) == ("CONNECT app3.salesmanago.pl:443 HTTP/1.1", b"")


async def test_proxy_that_cannot_be_reached_is_unavailable(
    session: aiohttp.ClientSession, unused_port: int
) -> None:
    proxy = f"http://127.0.0.1:{unused_port}"

    failure = await failure_of(
        Client("https://app3.salesmanago.pl", CREDENTIALS, session=session, proxy=proxy)
    )

    assert told(failure) == (Unavailable, "proxy", None)


def echoing(status: str, *, as_message: bool) -> Behaviour:
    """A careless server that shows the request, with the secret it should not know, in its answer."""

    async def behave(request: Received, writer: asyncio.StreamWriter) -> None:
        words = request.body.decode() + CREDENTIALS.api_secret
        page = json.dumps({"success": False, "message": [words]}) if as_message else f"<pre>{words}</pre>"
        writer.write(http(status, page.encode()))

    return behave


@pytest.mark.parametrize(
    "behaviour",
    [
        hang,
        drip,
        reset,
        echoing("200 OK", as_message=True),
        echoing("200 OK", as_message=False),
        echoing("400 Bad", as_message=True),
        echoing("429 Slow", as_message=True),
        echoing("500 Oops", as_message=False),
        echoing("502 Bad Gateway", as_message=False),
        closing_after(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"),
    ],
)
async def test_no_error_shows_credentials_or_people(
    session: aiohttp.ClientSession, behaviour: Behaviour, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with serving(behaviour) as server:
        failure = await failure_of(Client(server.url, CREDENTIALS, session=session, deadline=SHORT))
    [request] = server.received

    with_variables = traceback.TracebackException.from_exception(failure, capture_locals=True)
    shown = "\n".join(
        [repr(failure), str(failure), repr(vars(failure)), *with_variables.format(), caplog.text]
    )

    fields = request.fields
    assert failure.__cause__ is None
    assert failure.__context__ is None
    assert [name for name in ("apiKey", "sha") if fields[name] in shown] == []
    assert CREDENTIALS.api_secret not in shown
    assert "jan.kowalski@example.com" not in str(failure)
    assert CREDENTIALS.client_id not in str(failure)
