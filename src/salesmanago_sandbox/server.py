"""The sandbox as a process: listen, say where, end on request."""

import asyncio
import signal
import sys

from aiohttp import web

from salesmanago_sandbox.app import create_app

# Requests that are made to wait on purpose must not hold up the end of the process.
SHUTDOWN_SECONDS = 0.2


def serve(host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT; port 0 takes a free one.

    Prints one line with the address once it listens. Where it cannot listen, one line goes to stderr
    and SystemExit(1) is raised.
    """
    try:
        asyncio.run(_serve(host, port))
    except OSError as error:
        print(f"The sandbox cannot listen on {host}:{port}: {error.strerror or error}", file=sys.stderr)
        raise SystemExit(1) from None


async def _serve(host: str, port: int) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    runner = web.AppRunner(create_app(), access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        bound = runner.addresses[0][1]
        shown = f"[{host}]" if ":" in host else host
        print(f"SALESmanago sandbox: http://{shown}:{bound}", flush=True)
        await ended.wait()
    finally:
        await runner.cleanup()
