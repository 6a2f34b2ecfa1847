"""What a test or a person may look at."""

from aiohttp import web

from salesmanago_sandbox import moments
from salesmanago_sandbox.backstage.fields import whole_number
from salesmanago_sandbox.backstage.lookup import contact_in
from salesmanago_sandbox.events import ExternalEvent
from salesmanago_sandbox.findings import findings as found_in
from salesmanago_sandbox.json_text import JsonObject, written
from salesmanago_sandbox.keys import SANDBOX
from salesmanago_sandbox.moments import iso
from salesmanago_sandbox.sandbox import Sandbox


async def requests(request: web.Request) -> web.Response:
    """Every request since the start or the last reset, oldest first."""
    return _json({"requests": [entry.described() for entry in request.app[SANDBOX].journal]})


async def warnings(request: web.Request) -> web.Response:
    """What was odd about requests that were carried out, oldest first."""
    found = [
        {"at": iso(note.at), "path": entry.path, "what": note.text}
        for entry in request.app[SANDBOX].journal
        for note in entry.warnings
    ]
    return _json({"warnings": found})


async def contacts(request: web.Request) -> web.Response:
    return _json({"contacts": [contact.described() for contact in request.app[SANDBOX].contacts]})


async def contact(request: web.Request) -> web.Response:
    return _json(contact_in(request).described())


async def events(request: web.Request) -> web.Response:
    """All that were not deleted, oldest first; with `?email=` those of one contact."""
    sandbox = request.app[SANDBOX]
    email = request.query.get("email")
    found = [described_event(sandbox, event) for event in sandbox.events]
    if email is not None:
        found = [event for event in found if event["email"].lower() == email.lower()]
    return _json({"events": found})


async def findings(request: web.Request) -> web.Response:
    """What an integration should not do, oldest first."""
    found = found_in(request.app[SANDBOX], now=moments.now_ms())
    return _json({"findings": [{**note.described(), "code": note.code} for note in found]})


async def switches(request: web.Request) -> web.Response:
    """The values, and what each may be set to."""
    current = request.app[SANDBOX].switches
    return _json({"switches": current.values(), "known": current.described()})


async def job(request: web.Request) -> web.Response:
    """What became of each item of an asynchronous batch."""
    request_id = whole_number(request.match_info["request_id"], name="request_id")
    found = request.app[SANDBOX].jobs.find(request_id)
    if found is None:
        raise web.HTTPNotFound(
            text=written({"problem": f"There is no job {request_id}."}), content_type="application/json"
        )
    return _json(found.described())


async def catalogs(request: web.Request) -> web.Response:
    """With their products and collections, first created first."""
    known = request.app[SANDBOX].catalogs
    found = [catalog.described(known.collections_in(catalog)) for catalog in known.catalogs]
    return _json({"catalogs": found})


async def visits(request: web.Request) -> web.Response:
    return _json({"visits": [visit.described() for visit in request.app[SANDBOX].visits]})


async def callbacks(request: web.Request) -> web.Response:
    """The addresses and what was sent to them, oldest first."""
    sandbox = request.app[SANDBOX]
    sent = [record.described() for record in sandbox.callbacks]
    urls = sandbox.callback_urls
    return _json({"opt_in": urls.opt_in, "opt_out": urls.opt_out, "sent": sent})


def described_event(sandbox: Sandbox, event: ExternalEvent) -> JsonObject:
    """The fields as last written, beside the ids and the contact's address of today."""
    contact = sandbox.contacts.by_id(event.client_id, event.contact_id)
    email = contact.email if contact else ""
    return {"eventId": event.event_id, "contactId": event.contact_id, "email": email, **event.fields}


def _json(content: JsonObject) -> web.Response:
    return web.json_response(content, dumps=written, headers={"Cache-Control": "no-store"})
