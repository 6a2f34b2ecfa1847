"""The backstage's addresses."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from salesmanago_sandbox.backstage import acting, feed, ordering, seeing
from salesmanago_sandbox.refusals import BadFieldError

ROUTES = (
    web.get("/_sandbox/requests", seeing.requests),
    web.get("/_sandbox/warnings", seeing.warnings),
    web.get("/_sandbox/contacts", seeing.contacts),
    web.get("/_sandbox/contacts/{email}", seeing.contact),
    web.get("/_sandbox/events", seeing.events),
    web.get("/_sandbox/catalogs", seeing.catalogs),
    web.get("/_sandbox/visits", seeing.visits),
    web.get("/_sandbox/callbacks", seeing.callbacks),
    web.get("/_sandbox/findings", seeing.findings),
    web.get("/_sandbox/switches", seeing.switches),
    web.get("/_sandbox/jobs/{request_id}", seeing.job),
    web.get("/_sandbox/feed", feed.feed),
    web.post("/_sandbox/faults", ordering.add_fault),
    web.delete("/_sandbox/faults", ordering.clear_faults),
    web.post("/_sandbox/callbacks", ordering.set_callbacks),
    web.post("/_sandbox/accounts", ordering.set_account),
    web.post("/_sandbox/switches", ordering.set_switches),
    web.post("/_sandbox/reset", ordering.reset),
    web.post("/_sandbox/confirm/{email}", acting.confirm),
    web.post("/_sandbox/unsubscribe/{email}", acting.unsubscribe),
)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def readable_problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A body that cannot be understood is answered with a sentence that names the field."""
    try:
        return await handler(request)
    except BadFieldError as problem:
        return web.json_response({"problem": str(problem)}, status=400)
