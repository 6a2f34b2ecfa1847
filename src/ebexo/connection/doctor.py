"""The whole connection examined, step by step: the panel's connection check and `ebexo doctor` are both this.

Each step has an outcome and, where something is wrong, its own remedy. Nothing is changed at SALESmanago.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.utils import timezone

from ebexo.connection.check import CHECK_SECONDS, problem_of
from ebexo.connection.client import connect
from ebexo.connection.reaching import Reached, reach
from ebexo.connection.sentences import Words
from ebexo.connection.sentences.checking import CONNECTION, FINE, UNLOOKED, UNSURE
from ebexo.connection.sentences.settings import FIELDS
from ebexo.environment import environment
from ebexo.outbox.settle import resume
from ebexo.stores.models import Account
from salesmanago import BadEndpoint, SalesmanagoError, normalise_endpoint, open_session

STEPS = ("endpoint", "tls", "clock", "client_id", "secret", "owner", "read")
MOST_SKEW = timedelta(minutes=5)

Outcome = Literal["ok", "failed", "skipped"]
_OF_ENDPOINT = ("dns", "network", "not_salesmanago", "unavailable", "throttled", "refused", "no_answer")


@dataclass(frozen=True)
class Step:
    """`name` is one of STEPS; `problem` what is wrong, None unless it failed; `sentence` for the merchant."""

    name: str
    outcome: Outcome
    problem: str | None
    sentence: Words


@dataclass(frozen=True)
class Examination:
    steps: tuple[Step, ...]

    @property
    def works(self) -> bool:
        """Is everything right?"""
        return all(step.outcome == "ok" for step in self.steps)

    @property
    def problem(self) -> str | None:
        """What keeps the account from being used, a key of `CONNECTION`; a wrong clock does not."""
        found = (step.problem for step in self.steps if step.problem and step.name != "clock")
        return next((problem if problem in CONNECTION else "not_salesmanago" for problem in found), None)


@dataclass(frozen=True)
class _Found:
    """What was seen: by the way there, by asking for the users, and by a read. None: nothing is wrong."""

    address: str | None = None
    reached: Reached | None = None
    credentials: str | None = None
    owner: str | None = None
    read: str | None = None


def examine(account: Account) -> Examination:
    """Look at every step, at most half a minute, and keep with the account whether it works; what waits is tried."""
    examination = Examination(tuple(_steps(account, asyncio.run(_look(account)))))
    kept = Account.objects.filter(pk=account.pk, saved_at=account.saved_at)
    kept.update(check_problem=examination.problem, checked_at=timezone.now())
    account.check_problem = examination.problem
    if examination.problem is None:
        resume(account.pk)
    return examination


async def _look(account: Account) -> _Found:
    if not account.is_complete:
        return _Found(address="incomplete")
    try:
        normalise_endpoint(account.endpoint, extra=environment().extra_endpoints)
    except BadEndpoint as error:
        return _Found(address=f"endpoint_{error.problem}")
    async with open_session() as session:
        reached = await reach(
            account.endpoint, session=session, deadline=CHECK_SECONDS, proxy=environment().proxy
        )
        if reached.problem:
            return _Found(reached=reached)
        client = connect(account, session=session, deadline=CHECK_SECONDS)
        try:
            users = await client.list_users()
        except SalesmanagoError as error:
            return _Found(reached=reached, credentials=problem_of(error))
        if account.owner_email not in {user.lower() for user in users}:
            return _Found(reached=reached, owner="owner")
        try:
            await client.basic_contacts([account.owner_email])
        except SalesmanagoError as error:
            return _Found(reached=reached, read=problem_of(error))
    return _Found(reached=reached)


def _steps(account: Account, found: _Found) -> Iterator[Step]:
    """The steps in their order; after one that failed the following ones cannot be looked at."""
    is_stopped = False
    for name, problem in zip(STEPS, _problems(found), strict=True):
        if is_stopped:
            yield Step(name, "skipped", None, UNLOOKED)
        elif problem is None:
            yield _fine(account, found, name)
        else:
            yield Step(name, "failed", problem, CONNECTION.get(problem) or FIELDS[problem])
            is_stopped = name != "clock"


def _fine(account: Account, found: _Found, name: str) -> Step:
    if name == "client_id" and found.credentials == "secret":
        return Step(name, "skipped", None, UNSURE)
    if name == "tls" and account.endpoint.startswith("http://"):
        return Step(name, "ok", None, FINE["no_tls"])
    if name == "clock" and found.reached and found.reached.at is None:
        return Step(name, "ok", None, FINE["no_clock"])
    return Step(name, "ok", None, FINE[name])


def _problems(found: _Found) -> tuple[str | None, ...]:
    """What is wrong with each of STEPS."""
    way = found.reached.problem if found.reached else None
    credentials = found.credentials
    return (
        found.address or _if_in(way, _OF_ENDPOINT) or _if_in(credentials, _OF_ENDPOINT),
        _if_in(way, ("tls",)) or _if_in(credentials, ("tls",)),
        "clock" if found.reached and _is_off(found.reached.at) else None,
        _if_in(credentials, ("client_id", "account")),
        _if_in(credentials, ("secret",)),
        found.owner or _if_in(credentials, ("owner",)),
        found.read,
    )


def _if_in(problem: str | None, those: tuple[str, ...]) -> str | None:
    return problem if problem in those else None


def _is_off(at: datetime | None) -> bool:
    return at is not None and abs(timezone.now() - at) > MOST_SKEW
