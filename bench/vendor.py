"""A far side that says yes to everything after a while: `python -m bench.vendor PORT MILLISECONDS`.

Not the sandbox: it keeps nothing and checks nothing, so that what is measured is the work of whoever calls.
"""

import asyncio
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import web

from bench.ports import free_port, wait_for


def answering(seconds: float) -> web.Application:
    async def upsert(request: web.Request) -> web.Response:
        await request.read()
        await asyncio.sleep(seconds)
        return web.json_response({"success": True, "message": [], "contactId": str(uuid.uuid4())})

    async def nobody(request: web.Request) -> web.Response:
        await request.read()
        await asyncio.sleep(seconds)
        return web.json_response({"success": True, "message": [], "contacts": []})

    async def batch(request: web.Request) -> web.Response:
        details = (await request.json())["upsertDetails"]
        await asyncio.sleep(seconds)
        found = {detail["contact"]["email"]: str(uuid.uuid4()) for detail in details}
        return web.json_response({"success": True, "message": [], "contactIds": found})

    app = web.Application(client_max_size=20 * 2**20)
    app.router.add_post("/api/contact/upsert", upsert)
    app.router.add_post("/api/contact/basic", nobody)
    app.router.add_post("/api/contact/batchupsert", batch)
    return app


@contextmanager
def vendor_at(milliseconds: int) -> Iterator[str]:
    """The address of a far side in a process of its own that takes so long for every call."""
    port = free_port()
    vendor = subprocess.Popen([sys.executable, "-m", "bench.vendor", str(port), str(milliseconds)])  # noqa: S603
    try:
        wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        vendor.terminate()
        vendor.wait(10)


if __name__ == "__main__":
    port, milliseconds = int(sys.argv[1]), float(sys.argv[2])
    web.run_app(answering(milliseconds / 1000), host="127.0.0.1", port=port, print=None)
