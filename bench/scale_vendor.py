"""A far side in a thread of the process that measures: it says yes to everything and keeps when it was asked."""

import asyncio
import os
import threading
import time


class Vendor:
    """A far side in a thread of this process: it says yes after `seconds`, and keeps when it was asked for whom."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.url = ""
        self._asked_at: dict[str, float] = {}
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="bench-vendor", daemon=True)

    def __enter__(self) -> "Vendor":
        self._thread.start()
        self._ready.wait()
        os.environ["EBEXO_EXTRA_ENDPOINTS"] = self.url
        return self

    def __exit__(self, *error: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def delays(self, told: dict[str, float]) -> list[float]:
        """Milliseconds from a moment to the first call for that address."""
        return [1000 * (self._asked_at[email] - at) for email, at in told.items()]

    def _run(self) -> None:
        from aiohttp import web

        async def upsert(request: web.Request) -> web.Response:
            email = (await request.json())["contact"]["email"]
            self._asked_at.setdefault(email, time.monotonic())
            await asyncio.sleep(self.seconds)
            return web.json_response({"success": True, "message": [], "contactId": f"id-{email}"})

        async def nobody(request: web.Request) -> web.Response:
            for email in (await request.json()).get("email", []):
                self._asked_at.setdefault(email, time.monotonic())
            await asyncio.sleep(self.seconds)
            return web.json_response({"success": True, "message": [], "contacts": []})

        async def start() -> None:
            app = web.Application()
            app.router.add_post("/api/contact/upsert", upsert)
            app.router.add_post("/api/contact/basic", nobody)
            runner = web.AppRunner(app)
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            self._ready.set()

        self._loop.create_task(start())
        self._loop.run_forever()
