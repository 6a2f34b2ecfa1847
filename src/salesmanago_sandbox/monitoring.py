"""The monitoring script for the shop's pages, and the pixel it reports to."""

import base64
from pathlib import Path

from aiohttp import web

from salesmanago_sandbox.keys import SANDBOX
from salesmanago_sandbox.moments import now_ms
from salesmanago_sandbox.visits import Visit

SCRIPT = Path(__file__).parent / "page" / "sm.js"
PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


async def script(_: web.Request) -> web.FileResponse:
    return web.FileResponse(SCRIPT, headers={"Cache-Control": "no-cache"})


async def pixel(request: web.Request) -> web.Response:
    """Records the page view, and the last visit of a contact that is known by its id."""
    told = {name: request.query.get(name) or None for name in ("smid", "client", "uuid", "uri")}
    visit = Visit(at=now_ms(), **told)
    sandbox = request.app[SANDBOX]
    sandbox.visits.append(visit)
    sandbox.changed()
    contact = sandbox.contacts.by_id(visit.smid or "", visit.client or "")
    if contact is not None and contact.monitored:
        contact.last_visit = visit.at
        sandbox.contacts.changed(contact)
    return web.Response(body=PIXEL, content_type="image/gif", headers={"Cache-Control": "no-store"})


ROUTES = (web.get("/static/sm.js", script), web.get("/api/r.gif", pixel))
