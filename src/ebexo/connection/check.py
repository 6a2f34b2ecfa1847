"""Whether the connection to a store's account works, and what an error says about it."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from ebexo.connection.client import connect
from ebexo.stores.models import Account
from salesmanago import (
    BadCredentials,
    Refused,
    SalesmanagoError,
    Throttled,
    Unavailable,
    open_session,
)

CHECK_SECONDS = 10.0


@dataclass(frozen=True)
class Check:
    """How a connection check went: `problem` is None when everything is right, else a key of `CONNECTION`."""

    problem: str | None


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
