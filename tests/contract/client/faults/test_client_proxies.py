"""Proxies and TLS: whom the client speaks to."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from salesmanago import ContactUpsert, ContactUpserted, open_session

if TYPE_CHECKING:
    from tests.contract.client.faults.conftest import ClientAt, Loopback, OutcomeOf

JAN = ContactUpsert(email="jan.kowalski@example.com", name="Jan Kowalski")


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
    loopback: "Loopback", client_at: "ClientAt", outcome_of: "OutcomeOf", self_signed: ssl.SSLContext
) -> None:
    async with loopback.serving(loopback.accepting(), tls=self_signed) as server:
        outcome = await outcome_of(client_at(f"https://127.0.0.1:{server.port}"))

    assert outcome == ("Unavailable", "tls", None)
    assert server.received == []


async def test_server_that_speaks_no_tls_is_unavailable(
    client_at: "ClientAt", outcome_of: "OutcomeOf"
) -> None:
    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    listener = await asyncio.start_server(babble, "127.0.0.1", 0)
    async with listener:
        port = listener.sockets[0].getsockname()[1]
        outcome = await outcome_of(client_at(f"https://127.0.0.1:{port}"))

    assert outcome == ("Unavailable", "tls", None)


async def test_proxy_of_the_environment_is_ignored(
    monkeypatch: pytest.MonkeyPatch, loopback: "Loopback", client_at: "ClientAt", unused_port: int
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{unused_port}")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    async with loopback.serving(loopback.accepting()) as server, open_session() as session:
        upserted = await client_at(server.url, session=session).upsert_contact(JAN)

    assert upserted == ContactUpserted(contact_id="6f0c6a0e", external_id=None)


async def test_session_that_would_take_proxies_from_the_environment_is_refused(
    client_at: "ClientAt",
) -> None:
    async with aiohttp.ClientSession(trust_env=True) as session:
        with pytest.raises(ValueError, match="trust_env=False"):
            client_at("https://app3.salesmanago.pl", session=session)


async def test_named_proxy_is_used(loopback: "Loopback", client_at: "ClientAt") -> None:
    async with loopback.serving(loopback.accepting()) as proxy:
        await client_at("http://sandbox.example:8090", proxy=proxy.url).upsert_contact(JAN)

    [request] = proxy.received
    assert request.start == "POST http://sandbox.example:8090/api/contact/upsert HTTP/1.1"


@pytest.mark.parametrize(
    ("status", "body"), [("403 Forbidden", b"no"), ("407 Who Are You", b""), ("502 Bad Gateway", b"")]
)
async def test_proxy_that_opens_no_tunnel_is_unavailable_and_sees_no_body(
    loopback: "Loopback", client_at: "ClientAt", outcome_of: "OutcomeOf", status: str, body: bytes
) -> None:
    async with loopback.serving(loopback.closing_after(loopback.http(status, body))) as proxy:
        outcome = await outcome_of(client_at("https://app3.salesmanago.pl", proxy=proxy.url))

    [request] = proxy.received
    assert outcome == ("Unavailable", "proxy", None)
    assert (request.start, request.body) == ("CONNECT app3.salesmanago.pl:443 HTTP/1.1", b"")


async def test_proxy_that_cannot_be_reached_is_unavailable(
    client_at: "ClientAt", outcome_of: "OutcomeOf", unused_port: int
) -> None:
    proxy = f"http://127.0.0.1:{unused_port}"

    outcome = await outcome_of(client_at("https://app3.salesmanago.pl", proxy=proxy))

    assert outcome == ("Unavailable", "proxy", None)
