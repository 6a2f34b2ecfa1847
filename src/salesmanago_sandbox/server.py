"""The sandbox as a process: listen, say where, end on request."""

import asyncio
import signal
import sys
from pathlib import Path

from aiohttp import web

from salesmanago_sandbox.app import create_app
from salesmanago_sandbox.sandbox import Sandbox
from salesmanago_sandbox.state import StateError, StateFile

# Requests that are made to wait on purpose must not hold up the end of the process.
SHUTDOWN_SECONDS = 0.2


def serve(host: str, port: int, state: Path | None = None) -> None:
    """Serve until SIGTERM or SIGINT; port 0 takes a free one.

    With a `state` file, what was remembered there is known again, and what changes is written there.
    Prints one line with the address once it listens. Where it cannot listen, or the file cannot be read or
    written, one line goes to stderr and SystemExit(1) is raised; the file then stays as it is.
    """
    try:
        asyncio.run(_serve(host, port, state))
    except StateError as error:
        _end(str(error))
    except OSError as error:
        _end(f"The sandbox cannot listen on {host}:{port}: {error.strerror or error}")


def _end(problem: str) -> None:
    print(problem, file=sys.stderr)
    raise SystemExit(1)


async def _serve(host: str, port: int, state: Path | None) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    sandbox = Sandbox()
    file = StateFile(state, sandbox) if state else None
    if file:
        file.read()
    runner = web.AppRunner(create_app(sandbox), access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        if file:
            file.write()
        bound = runner.addresses[0][1]
        shown = f"[{host}]" if ":" in host else host
        print(f"SALESmanago sandbox: http://{shown}:{bound}", flush=True)
        keeping = asyncio.create_task(_keep(file)) if file else None
        await ended.wait()
    finally:
        await runner.cleanup()
    if file and keeping:
        keeping.cancel()
        file.write()


async def _keep(file: StateFile) -> None:
    """Write what changed, at most about once a second. A full disk is told, and may have room again later."""
    told = ""
    while True:
        await asyncio.sleep(file.pause)
        try:
            file.write()
            told = ""
        except StateError as error:
            if str(error) != told:
                print(error, file=sys.stderr, flush=True)
            told = str(error)
