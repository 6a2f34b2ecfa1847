"""API v3: the key in a header, problems by number; faults and journal as for every other call."""

from aiohttp import web

from salesmanago_sandbox.accounts import Account
from salesmanago_sandbox.exchanges import NO_METHOD, TOO_MANY, arrived, carried_out, closed, unusable
from salesmanago_sandbox.faults.fault import Fault
from salesmanago_sandbox.keys import SANDBOX
from salesmanago_sandbox.replies import Reply, failure
from salesmanago_sandbox.sandbox import Sandbox
from salesmanago_sandbox.v3 import METHODS
from salesmanago_sandbox.v3.method import Call, Method, refused_whole, turned_down
from salesmanago_sandbox.v3.problems import Problem, ProblemsError, Reason, wrong_type

BAD_KEY = refused_whole(Problem(Reason.AUTHENTICATION, "Authentication failed"))
BAD_JSON = refused_whole(wrong_type("body", "object"))


async def answer(request: web.Request) -> web.StreamResponse:
    """Method, key, pace, JSON; then the faults; then the method itself."""
    sandbox = request.app[SANDBOX]
    entry, body = await arrived(request)
    method = METHODS.get(request.match_info["method"])
    unknown = unusable(request, verb=method.verb if method else None)
    if unknown is not None or method is None:
        return closed(sandbox, entry, unknown or NO_METHOD)
    account = _account(sandbox, request.headers.get("API-KEY"))
    if account is None:
        return closed(sandbox, entry, BAD_KEY)
    if not sandbox.pace.allows(account.client_id, at=entry.at, limit=sandbox.switches.requests_per_second):
        return closed(sandbox, entry, TOO_MANY)
    if body is None and method.verb == "POST":
        return closed(sandbox, entry, BAD_JSON)
    call = Call(sandbox=sandbox, account=account, body=body or {}, entry=entry)

    def carry_out(fault: Fault | None) -> Reply:
        return _applied(call, method, fault)

    return await carried_out(request, entry, emails=frozenset(), carry_out=carry_out)


def _account(sandbox: Sandbox, key: str | None) -> Account | None:
    found = (account for account in sandbox.accounts.values() if key and account.v3_key == key)
    return next((account for account in found if account.active), None)


def _applied(call: Call, method: Method, fault: Fault | None) -> Reply:
    """The method's own answer, or a failure where the fault strikes before anything is done."""
    if fault is not None and not fault.applied:
        return failure("Not processed", status=400)
    try:
        reply = method.carry_out(call)
    except ProblemsError as error:
        return turned_down(error)
    call.entry.applied = True
    return reply
