"""The vendor's API: every call is checked in the same order, may meet a fault, and is written down."""

import asyncio
from typing import Any

from aiohttp import web

from salesmanago_sandbox.accounts import authenticated, check_owner
from salesmanago_sandbox.addresses import addresses_in
from salesmanago_sandbox.faults.box import Strike
from salesmanago_sandbox.faults.changes import changed
from salesmanago_sandbox.faults.sending import SILENT, plain, sent
from salesmanago_sandbox.journal import Entry
from salesmanago_sandbox.json_text import JsonObject, read_object
from salesmanago_sandbox.keys import SANDBOX
from salesmanago_sandbox.methods import METHODS
from salesmanago_sandbox.methods.method import Call, Method
from salesmanago_sandbox.moments import now_ms
from salesmanago_sandbox.refusals import RefusedError
from salesmanago_sandbox.replies import Reply, failure
from salesmanago_sandbox.sandbox import Sandbox


async def answer(request: web.Request) -> web.StreamResponse:
    """Not JSON, key, client, signature, account, owner; then the faults; then the method itself."""
    sandbox = request.app[SANDBOX]
    raw = await request.read()
    body = read_object(raw)
    entry = sandbox.journal.arrived(
        at=now_ms(), method=request.method, path=request.path, body=_shown(body, raw)
    )
    method = METHODS.get(request.match_info["method"])
    if method is None:
        return plain(_closed(sandbox, entry, failure("No such method", status=404)))
    if request.method != "POST":
        refused = failure("Method not allowed", status=405, headers={"Allow": "POST"})
        return plain(_closed(sandbox, entry, refused))
    if body is None:
        return plain(_closed(sandbox, entry, failure("Invalid JSON", status=400)))
    try:
        account = authenticated(body, sandbox.accounts)
        if method.needs_owner:
            check_owner(body, account)
    except RefusedError as refusal:
        return plain(_closed(sandbox, entry, failure(str(refusal))))
    call = Call(sandbox=sandbox, account=account, body=body, now=entry.at, warnings=entry.warnings)
    return await _carried_out(request, call, method, entry)


async def _carried_out(request: web.Request, call: Call, method: Method, entry: Entry) -> web.StreamResponse:
    sandbox = call.sandbox
    emails = addresses_in(call) if sandbox.faults.active else frozenset()
    strike = sandbox.faults.strike(path=entry.path, emails=emails)
    entry.fault = strike.name
    reply = _applied(call, method, entry, strike)
    if strike.delay:
        sandbox.journal.changed(entry)
        await asyncio.sleep(strike.delay)
    if strike.fault is not None:
        reply = changed(strike.fault, reply)
    if strike.name in SILENT:
        sandbox.journal.changed(entry)
    else:
        _closed(sandbox, entry, reply)
    return await sent(request, reply, strike.fault)


def _applied(call: Call, method: Method, entry: Entry, strike: Strike) -> Reply:
    """The method's own answer, or a failure where the fault strikes before anything is done."""
    if strike.fault is not None and not strike.fault.applied:
        return failure("Not processed")
    try:
        reply = method.carry_out(call)
    except RefusedError as refusal:
        return failure(str(refusal))
    entry.applied = reply.succeeded
    return reply


def _closed(sandbox: Sandbox, entry: Entry, reply: Reply) -> Reply:
    """Written down before it is sent: who has an answer finds it in the journal."""
    entry.status = reply.status
    entry.answer = reply.content
    sandbox.journal.changed(entry)
    return reply


def _shown(body: JsonObject | None, raw: bytes) -> Any:
    if body is not None:
        return body
    return raw.decode("utf-8", errors="replace") if raw else None
