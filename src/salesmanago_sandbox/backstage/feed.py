"""What the page asks for every second."""

from aiohttp import web

from salesmanago_sandbox import moments
from salesmanago_sandbox.backstage.fields import whole_number
from salesmanago_sandbox.contacts import Contact
from salesmanago_sandbox.findings import findings
from salesmanago_sandbox.journal import Entry
from salesmanago_sandbox.json_text import JsonObject, written
from salesmanago_sandbox.keys import SANDBOX
from salesmanago_sandbox.moments import iso
from salesmanago_sandbox.sandbox import Sandbox

# The page shows no more than this of each kind.
FEED_LENGTH = 200
EVENTS_OF_A_CONTACT = 50


async def feed(request: web.Request) -> web.Response:
    """What changed after revision `after`, newest first; everything when the generation is another."""
    sandbox = request.app[SANDBOX]
    same = request.query.get("generation") == sandbox.generation
    after = whole_number(request.query.get("after", "0"), name="after") if same else 0
    found = findings(sandbox, now=moments.now_ms())
    content = {
        "generation": sandbox.generation,
        "revision": sandbox.revisions.current,
        "totals": {
            "requests": len(sandbox.journal),
            "contacts": len(sandbox.contacts),
            "findings": len(found),
        },
        "requests": _requests(sandbox, after=after),
        "contacts": _contacts(sandbox, after=after),
        "erased": sandbox.contacts.erased_after(after),
        "catalogs": [
            {**catalog.listed(), "productCount": len(catalog.products)}
            for catalog in sandbox.catalogs.catalogs
        ],
        "faults": [fault.described() for fault in sandbox.faults.active],
        "switches": sandbox.switches.described(),
        "findings": [note.coded() for note in found[: -FEED_LENGTH - 1 : -1]],
    }
    return web.json_response(content, dumps=written, headers={"Cache-Control": "no-store"})


def _requests(sandbox: Sandbox, *, after: int) -> list[JsonObject]:
    entries = [entry for entry in sandbox.journal.latest(FEED_LENGTH) if entry.revision > after]
    return [_request(entry) for entry in entries]


def _request(entry: Entry) -> JsonObject:
    warnings = [note.coded() for note in entry.warnings]
    return {**entry.described(), "number": entry.number, "warnings": warnings}


def _contacts(sandbox: Sandbox, *, after: int) -> list[JsonObject]:
    changed: list[JsonObject] = []
    for contact in sandbox.contacts.latest():
        if contact.revision <= after or len(changed) == FEED_LENGTH:
            break
        changed.append(_contact(sandbox, contact))
    return changed


def _contact(sandbox: Sandbox, contact: Contact) -> JsonObject:
    """With the newest of its events, newest first."""
    events = sandbox.events.of_contact(contact.client_id, contact.contact_id)
    newest = events[: -EVENTS_OF_A_CONTACT - 1 : -1]
    return {
        **contact.described(),
        "history": [note.coded() for note in contact.history],
        "eventCount": len(events),
        "events": [{**event.told(), "at": iso(event.written_at)} for event in newest],
    }
