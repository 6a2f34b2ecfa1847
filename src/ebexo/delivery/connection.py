"""The connection to a store's account at SALESmanago, and the check whether it works."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

import aiohttp

from ebexo.delivery.measured import MeasuredClient
from ebexo.delivery.timings import call_seconds
from ebexo.environment import environment
from ebexo.stores.models import Account
from salesmanago import (
    BadCredentials,
    Client,
    Credentials,
    Refused,
    SalesmanagoError,
    Throttled,
    Unavailable,
    open_session,
)

CHECK_SECONDS = 10.0


@dataclass(frozen=True)
class Check:
    """How a connection check went: `problem` is None when everything is right, else a key of `SENTENCES`."""

    problem: str | None


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


def check(account: Account) -> Check:
    """Ask SALESmanago whether endpoint, Client ID, secret and owner are right; 10 seconds at most."""
    if not account.is_complete:
        return Check("incomplete")
    return Check(asyncio.run(_problem(account)))


def note_credentials(account: Account, *, pause: str | None, works: bool, now: datetime) -> None:
    """Keep with the account what a delivery taught us about the connection. Settings saved since then win."""
    if pause is None and not (works and account.check_problem):
        return
    unchanged = Account.objects.filter(pk=account.pk, saved_at=account.saved_at)
    unchanged.update(check_problem=pause, checked_at=now)
    account.check_problem = pause


async def _problem(account: Account) -> str | None:
    async with open_session() as session:
        client = connect(account, session=session, deadline=CHECK_SECONDS)
        try:
            users = await client.list_users()
        except SalesmanagoError as error:
            return problem_of(error)
    return None if account.owner_email in {user.lower() for user in users} else "owner"


def problem_of(error: SalesmanagoError) -> str:
    """The key of the sentence that tells a merchant what to do about `error`."""
    match error:
        case BadCredentials():
            return error.problem
        case Unavailable() if error.reason in ("dns", "tls"):
            return error.reason
        case Unavailable() if error.reason in ("status", "redirect"):
            return "not_salesmanago" if error.reason == "redirect" else "unavailable"
        case Unavailable():
            return "network"
        case Throttled():
            return "throttled"
        case Refused():
            return "refused"
    return "no_answer"
