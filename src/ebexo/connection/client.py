"""The client for a store's account at SALESmanago."""

import aiohttp

from ebexo.connection.measured import MeasuredClient
from ebexo.connection.timings import call_seconds
from ebexo.environment import environment
from ebexo.stores.models import Account
from salesmanago import Client, Credentials


def connect(account: Account, *, session: aiohttp.ClientSession, deadline: float) -> Client:
    """A client for this account. The only place where the secret is read."""
    credentials = Credentials(account.client_id, account.api_secret, account.owner_email)
    return MeasuredClient(
        account.endpoint, credentials, session=session, deadline=deadline, proxy=environment().proxy
    )


class Connections:
    """Clients for calls that follow each other: a new one is made only where the settings changed."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session
        self._clients: dict[tuple[str, ...], Client] = {}

    def to(self, account: Account) -> Client:
        settings = (account.endpoint, account.client_id, account.api_secret_encrypted, account.owner_email)
        if settings not in self._clients:
            self._clients[settings] = connect(account, session=self._session, deadline=call_seconds())
        return self._clients[settings]
