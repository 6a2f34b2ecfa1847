"""What a test or a person may look at."""

from aiohttp import web

from salesmanago_sandbox.backstage.fields import whole_number
from salesmanago_sandbox.backstage.lookup import contact_in
from salesmanago_sandbox.json_text import JsonObject, written
from salesmanago_sandbox.keys import SANDBOX
from salesmanago_sandbox.moments import iso

# The page shows no more than this of each kind.
FEED_LENGTH = 200


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


async def events(_: web.Request) -> web.Response:
    return _json({"events": []})


async def visits(request: web.Request) -> web.Response:
    return _json({"visits": [visit.described() for visit in request.app[SANDBOX].visits]})


async def callbacks(request: web.Request) -> web.Response:
    """The addresses and what was sent to them, oldest first."""
    sandbox = request.app[SANDBOX]
    sent = [record.described() for record in sandbox.callbacks]
    urls = sandbox.callback_urls
    return _json({"opt_in": urls.opt_in, "opt_out": urls.opt_out, "sent": sent})


async def feed(request: web.Request) -> web.Response:
    """What changed after revision `after`, newest first; everything when the generation is another."""
    sandbox = request.app[SANDBOX]
    same = request.query.get("generation") == sandbox.generation
    after = whole_number(request.query.get("after", "0"), name="after") if same else 0
    entries = [entry for entry in sandbox.journal.latest(FEED_LENGTH) if entry.revision > after]
    changed: list[JsonObject] = []
    for known in sandbox.contacts.latest():
        if known.revision <= after or len(changed) == FEED_LENGTH:
            break
        changed.append({**known.described(), "history": [note.coded() for note in known.history]})
    return _json(
        {
            "generation": sandbox.generation,
            "revision": sandbox.revisions.current,
            "totals": {"requests": len(sandbox.journal), "contacts": len(sandbox.contacts)},
            "requests": [
                {
                    **entry.described(),
                    "number": entry.number,
                    "warnings": [note.coded() for note in entry.warnings],
                }
                for entry in entries
            ],
            "contacts": changed,
            "faults": [fault.described() for fault in sandbox.faults.active],
        }
    )


def _json(content: JsonObject) -> web.Response:
    return web.json_response(content, dumps=written, headers={"Cache-Control": "no-store"})
