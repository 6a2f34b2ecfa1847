"""The vendor's API: every call is checked in the same order, may meet a fault, and is written down."""

from dataclasses import replace

from aiohttp import web

from salesmanago_sandbox.accounts import Account, authenticated, check_owner, check_request_time
from salesmanago_sandbox.addresses import addresses_in
from salesmanago_sandbox.exchanges import NO_METHOD, TOO_MANY, arrived, carried_out, closed, unusable
from salesmanago_sandbox.faults.fault import Fault
from salesmanago_sandbox.json_text import JsonObject
from salesmanago_sandbox.keys import CALLBACKS, SANDBOX
from salesmanago_sandbox.methods import METHODS
from salesmanago_sandbox.methods.method import Call, Method
from salesmanago_sandbox.refusals import RefusedError
from salesmanago_sandbox.replies import Reply, failure
from salesmanago_sandbox.sandbox import Sandbox


async def answer(request: web.Request) -> web.StreamResponse:
    """Not JSON, key, client, signature, account, owner; then the faults; then the method itself."""
    sandbox = request.app[SANDBOX]
    entry, body = await arrived(request)
    method = METHODS.get(request.match_info["method"])
    refused = unusable(request, verb="POST" if method else None)
    if refused is None and body is None:
        refused = failure("Invalid JSON", status=sandbox.switches.bad_json_status)
    if refused is not None or method is None or body is None:
        return closed(sandbox, entry, refused or NO_METHOD)
    try:
        account = _checked(sandbox, method, body, now=entry.at)
    except RefusedError as refusal:
        return closed(sandbox, entry, failure(str(refusal)))
    if not sandbox.pace.allows(account.client_id, at=entry.at, limit=sandbox.switches.requests_per_second):
        return closed(sandbox, entry, TOO_MANY)
    call = Call(
        sandbox=sandbox,
        account=account,
        body=body,
        now=entry.at,
        entry=entry,
        shop=request.app[CALLBACKS],
        origin=str(request.url.origin()),
    )
    return await _carried_out(request, call, method)


def _checked(sandbox: Sandbox, method: Method, body: JsonObject, *, now: int) -> Account:
    unknown_client_text = sandbox.switches.unknown_client_text
    account = authenticated(body, sandbox.accounts, unknown_client_text=unknown_client_text)
    if method.needs_owner:
        check_owner(body, account)
    if sandbox.switches.request_time == "strict":
        check_request_time(body, now=now)
    return account


async def _carried_out(request: web.Request, call: Call, method: Method) -> web.StreamResponse:
    emails = addresses_in(call) if call.sandbox.faults.active else frozenset()

    def carry_out(fault: Fault | None) -> Reply:
        return _applied(replace(call, fault=fault), method)

    return await carried_out(request, call.entry, emails=emails, carry_out=carry_out)


def _applied(call: Call, method: Method) -> Reply:
    """The method's own answer, or a failure where the fault strikes before anything is done."""
    if call.fault is not None and not call.fault.applied:
        return failure("Not processed")
    try:
        reply = method.carry_out(call)
    except RefusedError as refusal:
        return failure(str(refusal))
    call.entry.applied = reply.succeeded
    return reply
