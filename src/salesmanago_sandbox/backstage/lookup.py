"""The contact named in a backstage address."""

from aiohttp import web

from salesmanago_sandbox.contacts import Contact
from salesmanago_sandbox.json_text import written
from salesmanago_sandbox.keys import SANDBOX


def contact_in(request: web.Request) -> Contact:
    """Of the account in `?clientId=`, else of the first account that has one. HTTP 404 where none has."""
    email = request.match_info["email"]
    contact = request.app[SANDBOX].contact(email, client_id=request.query.get("clientId"))
    if contact is None:
        problem = written({"problem": f"There is no contact with the address {email}."})
        raise web.HTTPNotFound(text=problem, content_type="application/json")
    return contact
