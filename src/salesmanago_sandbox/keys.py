"""Where the parts of the application find what they share."""

from aiohttp import web

from salesmanago_sandbox.callbacks import CallbackSender
from salesmanago_sandbox.sandbox import Sandbox

SANDBOX = web.AppKey("sandbox", Sandbox)
CALLBACKS = web.AppKey("callbacks", CallbackSender)
