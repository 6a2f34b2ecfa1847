"""A sandbox that runs beside the tests, empty at the start of each of them."""

import asyncio
import hashlib
import http.client
import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiohttp import web

from salesmanago_sandbox.app import create_app


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@dataclass(frozen=True)
class RunningSandbox:
    """`url` has no slash at its end. The methods speak plain HTTP, without the product's own client."""

    url: str

    @property
    def address(self) -> tuple[str, int]:
        parts = urlsplit(self.url)
        assert parts.hostname
        assert parts.port
        return parts.hostname, parts.port

    def request(self, method: str, path: str, body: Any = None) -> Answer:
        """A text is sent as it is, everything else as JSON."""
        text = body if isinstance(body, str | None) else json.dumps(body)
        connection = http.client.HTTPConnection(*self.address, timeout=5)
        try:
            connection.request(method, path, body=text.encode() if text else None)
            response = connection.getresponse()
            received = response.read().decode("utf-8", errors="replace")
            return Answer(response.status, dict(response.getheaders()), received)
        finally:
            connection.close()

    def get(self, path: str) -> Any:
        return self.request("GET", path).json

    def post(self, path: str, body: Any = None) -> Answer:
        return self.request("POST", path, body)

    def credentials(self, **changes: Any) -> dict[str, Any]:
        """The auth block of the default account."""
        secret = "test-keysandbox-clientsandbox-secret"
        block = {
            "clientId": "sandbox-client",
            "apiKey": "test-key",
            "requestTime": 1767261600000,
            "sha": hashlib.sha1(secret.encode()).hexdigest(),
            "owner": "owner@shop.example",
        }
        return {**block, **changes}

    def call(self, method: str, **fields: Any) -> Any:
        """The answer of a vendor's method to a signed request."""
        return self.post(f"/api/{method}", {**self.credentials(), **fields}).json

    def upsert(self, email: str, **fields: Any) -> Any:
        return self.call("contact/upsert", **{"contact": {"email": email}, **fields})

    def contact(self, email: str) -> Any:
        return self.get(f"/_sandbox/contacts/{email}")

    def order_fault(self, fault: str, **fields: Any) -> None:
        answer = self.post("/_sandbox/faults", {"path": "contact/upsert", "fault": fault, **fields})
        assert answer.status == 201, answer.text

    def raw(self, body: dict[str, Any], *, timeout: float = 5) -> bytes:
        """All bytes that come back for an upsert, until the connection ends."""
        sent = json.dumps({**self.credentials(), **body}).encode()
        head = (
            "POST /api/contact/upsert HTTP/1.1\r\nHost: sandbox\r\nConnection: close\r\n"
            f"Content-Length: {len(sent)}\r\n\r\n"
        )
        received = b""
        with socket.create_connection(self.address, timeout=timeout) as connection:
            connection.sendall(head.encode() + sent)
            while chunk := connection.recv(65536):
                received += chunk
        return received


@pytest.fixture(scope="session")
def _running_sandbox() -> Iterator[RunningSandbox]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="sandbox")
    thread.start()

    async def start() -> web.AppRunner:
        runner = web.AppRunner(create_app(), access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return runner

    runner = asyncio.run_coroutine_threadsafe(start(), loop).result()
    host, port = runner.addresses[0][:2]
    try:
        yield RunningSandbox(f"http://{host}:{port}")
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@pytest.fixture
def sandbox(_running_sandbox: RunningSandbox) -> RunningSandbox:
    """A sandbox as it is right after its start."""
    assert _running_sandbox.post("/_sandbox/reset").status == 204
    return _running_sandbox
