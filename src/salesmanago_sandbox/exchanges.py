"""One request on the vendor's API from its arrival to its answer: written down, met by a fault, sent."""

import asyncio
from collections.abc import Callable
from typing import Any

from aiohttp import web

from salesmanago_sandbox.faults.changes import changed
from salesmanago_sandbox.faults.fault import Fault
from salesmanago_sandbox.faults.sending import SILENT, plain, sent
from salesmanago_sandbox.journal import Entry
from salesmanago_sandbox.json_text import JsonObject, read_object
from salesmanago_sandbox.keys import SANDBOX
from salesmanago_sandbox.moments import now_ms
from salesmanago_sandbox.replies import Reply, failure
from salesmanago_sandbox.sandbox import Sandbox

NO_METHOD = failure("No such method", status=404)
TOO_MANY = failure("Too many requests", status=429, headers={"Retry-After": "1"})


async def arrived(request: web.Request) -> tuple[Entry, JsonObject | None]:
    """The request in the journal, and its body, or None where that is no JSON object."""
    raw = await request.read()
    body = read_object(raw)
    journal = request.app[SANDBOX].journal
    entry = journal.arrived(at=now_ms(), method=request.method, path=request.path, body=_shown(body, raw))
    return entry, body


def unusable(request: web.Request, *, verb: str | None) -> Reply | None:
    """What is answered where there is no such method (`verb` is None) or it is called by another verb."""
    if verb is None:
        return NO_METHOD
    if request.method != verb:
        return failure("Method not allowed", status=405, headers={"Allow": verb})
    return None


async def carried_out(
    request: web.Request,
    entry: Entry,
    *,
    emails: frozenset[str],
    carry_out: Callable[[Fault | None], Reply],
) -> web.StreamResponse:
    """`carry_out` is told the fault that strikes, if any, and gives the answer that is then spoiled."""
    sandbox = request.app[SANDBOX]
    strike = sandbox.faults.strike(path=entry.path, emails=emails)
    entry.fault = strike.name
    reply = carry_out(strike.fault)
    if strike.delay:
        sandbox.journal.changed(entry)
        await asyncio.sleep(strike.delay)
    if strike.fault is not None:
        reply = changed(strike.fault, reply)
    if strike.name in SILENT:
        sandbox.journal.changed(entry)
    else:
        _answered(sandbox, entry, reply)
    return await sent(request, reply, strike.fault)


def closed(sandbox: Sandbox, entry: Entry, reply: Reply) -> web.Response:
    """The request is answered before any fault could strike."""
    _answered(sandbox, entry, reply)
    return plain(reply)


def _answered(sandbox: Sandbox, entry: Entry, reply: Reply) -> None:
    """Written down before it is sent: who has an answer finds it in the journal."""
    entry.status = reply.status
    entry.answer = reply.content
    sandbox.journal.changed(entry)


def _shown(body: JsonObject | None, raw: bytes) -> Any:
    if body is not None:
        return body
    return raw.decode("utf-8", errors="replace") if raw else None
