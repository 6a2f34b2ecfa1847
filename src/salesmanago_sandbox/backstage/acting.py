"""Acting as the contact: the links in SALESmanago's e-mails."""

from aiohttp import web

from salesmanago_sandbox.backstage.lookup import contact_in
from salesmanago_sandbox.contacts import Contact
from salesmanago_sandbox.keys import CALLBACKS, SANDBOX
from salesmanago_sandbox.methods.opting import set_email_status
from salesmanago_sandbox.moments import now_ms
from salesmanago_sandbox.notes import Note
from salesmanago_sandbox.statuses import Status


async def confirm(request: web.Request) -> web.Response:
    """Opts in who was asked to confirm, and tells the shop. Changes nobody else's status."""
    contact = contact_in(request)
    if contact.email_status is Status.PENDING_DOI:
        _move(request, contact, Status.OPT_IN, note="confirmed")
        request.app[CALLBACKS].opted_in(contact)
    else:
        _remark(request, contact, note="confirmed_in_vain")
    return web.Response(status=204)


async def unsubscribe(request: web.Request) -> web.Response:
    """Opts out who is opted in, and tells the shop. Changes nobody else's status."""
    contact = contact_in(request)
    if contact.email_status is Status.OPT_IN:
        _move(request, contact, Status.OPT_OUT, note="unsubscribed")
        request.app[CALLBACKS].opted_out(contact)
    else:
        _remark(request, contact, note="unsubscribed_in_vain")
    return web.Response(status=204)


def _move(request: web.Request, contact: Contact, status: Status, *, note: str) -> None:
    _remark(request, contact, note=note)
    contact.modified_on = now_ms()
    set_email_status(contact, status, at=contact.modified_on)


def _remark(request: web.Request, contact: Contact, *, note: str) -> None:
    contact.history.append(Note(now_ms(), note))
    request.app[SANDBOX].contacts.changed(contact)
