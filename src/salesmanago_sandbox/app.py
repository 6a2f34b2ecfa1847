"""The three doors of the sandbox: the vendor's API, the backstage, the web page."""

from collections.abc import AsyncIterator

import aiohttp
from aiohttp import web

from salesmanago_sandbox import gateway, monitoring, page
from salesmanago_sandbox.backstage import routes as backstage
from salesmanago_sandbox.callbacks import CALLBACK_SECONDS, CallbackSender
from salesmanago_sandbox.keys import CALLBACKS, SANDBOX
from salesmanago_sandbox.sandbox import Sandbox
from salesmanago_sandbox.v3 import gateway as v3

LARGEST_BODY = 64 * 1024 * 1024


def create_app(sandbox: Sandbox | None = None) -> web.Application:
    """With a sandbox of its own that has the default account and nothing else, unless one is given."""
    app = web.Application(client_max_size=LARGEST_BODY, middlewares=[backstage.readable_problems])
    app[SANDBOX] = sandbox or Sandbox()
    app.cleanup_ctx.append(callback_sender)
    app.add_routes(backstage.ROUTES)
    app.add_routes(monitoring.ROUTES)
    app.add_routes(page.ROUTES)
    app.router.add_route("*", "/api/{method:.*}", gateway.answer)
    app.router.add_route("*", "/v3/{method:.*}", v3.answer)
    return app


async def callback_sender(app: web.Application) -> AsyncIterator[None]:
    timeout = aiohttp.ClientTimeout(total=CALLBACK_SECONDS)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        app[CALLBACKS] = CallbackSender(session=session, sandbox=app[SANDBOX])
        yield
        app[SANDBOX].later.finish()
        await app[CALLBACKS].close()
