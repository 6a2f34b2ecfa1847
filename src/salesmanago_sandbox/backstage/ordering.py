"""Ordering faults, callbacks and accounts, and starting anew."""

from typing import Any

from aiohttp import web

from salesmanago_sandbox.accounts import Account
from salesmanago_sandbox.backstage import fields
from salesmanago_sandbox.backstage.fault_orders import ordered_fault
from salesmanago_sandbox.callback_urls import PLACEHOLDER, CallbackUrls
from salesmanago_sandbox.keys import CALLBACKS, SANDBOX
from salesmanago_sandbox.refusals import BadFieldError


async def add_fault(request: web.Request) -> web.Response:
    fault = await ordered_fault(request)
    request.app[SANDBOX].faults.order(fault)
    return web.json_response({"id": fault.fault_id}, status=201)


async def clear_faults(request: web.Request) -> web.Response:
    request.app[SANDBOX].faults.clear()
    return web.Response(status=204)


async def reset(request: web.Request) -> web.Response:
    """Back to the start. With `?keep_settings=1` accounts, callback addresses and switches stay."""
    request.app[CALLBACKS].forget()
    request.app[SANDBOX].reset(keep_settings=request.query.get("keep_settings") == "1")
    return web.Response(status=204)


async def set_callbacks(request: web.Request) -> web.Response:
    """Both addresses are replaced; one that is absent, null or empty is switched off."""
    body = await fields.body_of(request, known=("opt_in", "opt_out"))
    urls = CallbackUrls(
        opt_in=_template(body.get("opt_in"), name="opt_in"),
        opt_out=_template(body.get("opt_out"), name="opt_out"),
    )
    request.app[SANDBOX].callback_urls = urls
    request.app[SANDBOX].changed()
    return web.json_response({"opt_in": urls.opt_in, "opt_out": urls.opt_out}, status=201)


async def set_switches(request: web.Request) -> web.Response:
    """Those named are set; all are answered."""
    sandbox = request.app[SANDBOX]
    sandbox.set_switches(sandbox.switches.changed(await fields.body_of(request)))
    return web.json_response({"switches": sandbox.switches.values()})


async def set_account(request: web.Request) -> web.Response:
    """A new account, or a known one changed: then what is absent stays as it was."""
    names = ("clientId", "apiSecret", "owners", "double_opt_in", "active", "v3Key")
    body = await fields.body_of(request, known=names)
    client_id = fields.text(body.get("clientId"), name="clientId")
    accounts = request.app[SANDBOX].accounts
    known = accounts.get(client_id)
    wanted = {"double_opt_in": True, "active": True, **(known.described() if known else {}), **body}
    account = Account(
        client_id=client_id,
        api_secret=fields.text(wanted.get("apiSecret"), name="apiSecret"),
        owners=fields.texts(wanted.get("owners"), name="owners"),
        double_opt_in=fields.boolean(wanted["double_opt_in"], name="double_opt_in"),
        active=fields.boolean(wanted["active"], name="active"),
        v3_key=_v3_key(
            wanted.get("v3Key"), others=[other for other in accounts.values() if other is not known]
        ),
    )
    accounts[client_id] = account
    request.app[SANDBOX].changed()
    return web.json_response(account.described(), status=201)


def _v3_key(value: Any, *, others: list[Account]) -> str | None:
    """Null for an account that is not to call API v3. A key belongs to one account."""
    if value is None:
        return None
    key = fields.text(value, name="v3Key")
    if any(other.v3_key == key for other in others):
        raise BadFieldError("The field 'v3Key' must be another key than those of other accounts.")
    return key


def _template(value: Any, *, name: str) -> str | None:
    if value in (None, ""):
        return None
    template = fields.text(value, name=name)
    if not template.startswith(("http://", "https://")):
        raise BadFieldError(f"The field {name!r} must be an address that starts with http:// or https://.")
    if PLACEHOLDER not in template:
        raise BadFieldError(f"The field {name!r} must contain {PLACEHOLDER}.")
    return template
