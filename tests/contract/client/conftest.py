"""The far side of the contract: the sandbox, and a live account where one is named.

A live account is named by SALESMANAGO_LIVE_ENDPOINT, SALESMANAGO_LIVE_CLIENT_ID, SALESMANAGO_LIVE_SECRET and
SALESMANAGO_LIVE_OWNER. The tests work with addresses that they make up, and delete them permanently.
"""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

import aiohttp
import pytest

from salesmanago import Client, Credentials, Refused, normalise_endpoint, open_session

LIVE = tuple(f"SALESMANAGO_LIVE_{name}" for name in ("ENDPOINT", "CLIENT_ID", "SECRET", "OWNER"))
HAS_LIVE = all(os.environ.get(name) for name in LIVE)
NO_LIVE = pytest.mark.skip(reason=f"no live account: it is named by {', '.join(LIVE)}")


class Sandbox(Protocol):
    @property
    def url(self) -> str: ...


@dataclass
class FarSide:
    """An account to make contracts with. `patience` is how many seconds it may take to work off a batch."""

    url: str
    credentials: Credentials
    session: aiohttp.ClientSession
    patience: float
    addresses: list[str] = field(default_factory=list)

    @property
    def client(self) -> Client:
        return self.client_of(self.credentials)

    def client_of(self, credentials: Credentials) -> Client:
        return Client(self.url, credentials, session=self.session)

    def address(self, name: str) -> str:
        """An address that nobody has and that is deleted after the test."""
        address = f"{name}.{secrets.token_hex(6)}@example.com"
        self.addresses.append(address)
        return address

    async def eventually(self, condition: Callable[[], Awaitable[bool]]) -> bool:
        """Does it become true before patience ends?"""
        for _ in range(20):
            if await condition():
                return True
            await asyncio.sleep(self.patience / 20)
        return False


@pytest.fixture(params=["sandbox", pytest.param("live", marks=() if HAS_LIVE else NO_LIVE)])
async def far_side(request: pytest.FixtureRequest) -> AsyncIterator[FarSide]:
    if request.param == "sandbox":
        sandbox: Sandbox = request.getfixturevalue("sandbox")
        credentials = Credentials("sandbox-client", "sandbox-secret", "owner@shop.example")
        async with open_session() as session:
            yield FarSide(sandbox.url, credentials, session, patience=5)
        return
    endpoint, client_id, secret, owner = (os.environ[name] for name in LIVE)
    async with open_session() as session:
        live = FarSide(
            normalise_endpoint(endpoint).url, Credentials(client_id, secret, owner), session, patience=120
        )
        try:
            yield live
        finally:
            for address in live.addresses:
                with suppress(Refused):  # a test may have deleted it already
                    await live.client.delete_contact(address, permanently=True)


@pytest.fixture
def client(far_side: FarSide) -> Client:
    return far_side.client


@pytest.fixture
def address(far_side: FarSide) -> Callable[[str], str]:
    return far_side.address


@pytest.fixture
def client_of(far_side: FarSide) -> Callable[[Credentials], Client]:
    return far_side.client_of


@pytest.fixture
def credentials(far_side: FarSide) -> Credentials:
    return far_side.credentials


@pytest.fixture
def eventually(far_side: FarSide) -> Callable[[Callable[[], Awaitable[bool]]], Awaitable[bool]]:
    return far_side.eventually
