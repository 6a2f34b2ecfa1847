"""The vendor's API: every call is checked in the same order, may meet a fault, and is written down."""

import asyncio
from dataclasses import replace
from typing import Any

from aiohttp import web

from salesmanago_sandbox.accounts import Account, authenticated, check_owner, check_request_time
from salesmanago_sandbox.addresses import addresses_in
from salesmanago_sandbox.faults.changes import changed
from salesmanago_sandbox.faults.sending import SILENT, plain, sent
from salesmanago_sandbox.journal import Entry
from salesmanago_sandbox.json_text import JsonObject, read_object
from salesmanago_sandbox.keys import CALLBACKS, SANDBOX
from salesmanago_sandbox.methods import METHODS
from salesmanago_sandbox.methods.method import Call, Method
from salesmanago_sandbox.moments import now_ms
from salesmanago_sandbox.refusals import RefusedError
from salesmanago_sandbox.replies import Reply, failure
from salesmanago_sandbox.sandbox import Sandbox

NO_METHOD = failure("No such method", status=404)
TOO_MANY = failure("Too many requests", status=429, headers={"Retry-After": "1"})


async def answer(request: web.Request) -> web.StreamResponse:
    """Not JSON, key, client, signature, account, owner; then the faults; then the method itself."""
    sandbox = request.app[SANDBOX]
    raw = await request.read()
    body = read_object(raw)
    entry = sandbox.journal.arrived(
        at=now_ms(), method=request.method, path=request.path, body=_shown(body, raw)
    )
    method = METHODS.get(request.match_info["method"])
    refused = _unusable(request, method)
    if refused is None and body is None:
        refused = failure("Invalid JSON", status=sandbox.switches.bad_json_status)
    if refused is not None or method is None or body is None:
        return plain(_closed(sandbox, entry, refused or NO_METHOD))
    try:
        account = _checked(sandbox, method, body, now=entry.at)
    except RefusedError as refusal:
        return plain(_closed(sandbox, entry, failure(str(refusal))))
    if not sandbox.pace.allows(account.client_id, at=entry.at, limit=sandbox.switches.requests_per_second):
        return plain(_closed(sandbox, entry, TOO_MANY))
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


def _unusable(request: web.Request, method: Method | None) -> Reply | None:
    if method is None:
        return NO_METHOD
    if request.method != "POST":
        return failure("Method not allowed", status=405, headers={"Allow": "POST"})
    return None


def _checked(sandbox: Sandbox, method: Method, body: JsonObject, *, now: int) -> Account:
    unknown_client_text = sandbox.switches.unknown_client_text
    account = authenticated(body, sandbox.accounts, unknown_client_text=unknown_client_text)
    if method.needs_owner:
        check_owner(body, account)
    if sandbox.switches.request_time == "strict":
        check_request_time(body, now=now)
    return account


async def _carried_out(request: web.Request, call: Call, method: Method) -> web.StreamResponse:
    sandbox, entry = call.sandbox, call.entry
    emails = addresses_in(call) if sandbox.faults.active else frozenset()
    strike = sandbox.faults.strike(path=entry.path, emails=emails)
    entry.fault = strike.name
    reply = _applied(replace(call, fault=strike.fault), method)
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
