"""`ebexo serve`: the panel, the HTTP door and the dispatcher in one process."""

import fcntl
import os
import signal
import socket
import threading
import time
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any

import structlog
from django.conf import settings
from waitress.server import create_server

from ebexo.client_address import believed
from ebexo.collector import spare_what_stands
from ebexo.delivery.scheduling.embedded import Dispatcher
from ebexo.environment import environment
from ebexo.history.runner import Runner
from ebexo.operations.observing import health
from ebexo.platform.alerting import watch
from ebexo.platform.upkeep import beside, nightly

THREADS = 16
"""So many calls are answered at once; events that arrive beside each other share a transaction."""
LARGEST_BODY = 64 * 2**20
"""Bytes. What is longer is turned away before it fills the disk; the HTTP door itself takes much less."""
ANSWER_SECONDS = 5.0
STOP_SECONDS = 23.0
"""From the signal to the end: a call that had just begun has its 20 seconds, and is written down."""

log = structlog.get_logger("ebexo.serving")


class CannotServe(Exception):
    """The server can't start; the text says why in one line."""


def serve(application: Any, *, host: str, port: int, data_dir: Path) -> None:
    """Serve until SIGTERM or SIGINT, then answer what is queued, end the calls in flight, and return."""
    stop = threading.Event()

    def ask_to_stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001  (the signal module's shape)
        stop.set()

    with _only_dispatcher(data_dir):
        server = _server(application, host=host, port=port)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, ask_to_stop)
        dispatcher = Dispatcher(nightly=nightly, watch=watch())
        dispatcher.start()
        health.watch(dispatcher.is_alive)
        imports = Runner(beside)
        imports.start()
        threading.Thread(target=server.run, name="ebexo-web", daemon=True).start()
        import_module(settings.ROOT_URLCONF)  # now, not by the first call
        spare_what_stands()
        log.info("serving", host=host, port=server.effective_port)
        stop.wait()
        until = time.monotonic() + STOP_SECONDS
        dispatcher.ask_to_stop()
        imports.ask_to_stop()
        _close_the_door(server)
        if not dispatcher.stop(timeout=until - time.monotonic()):
            log.warning("calls_left_in_flight")
            os._exit(0)  # what is in flight is in doubt and will be taken over at the next start
        imports.stop(timeout=until - time.monotonic())
        server.task_dispatcher.shutdown(timeout=max(0.0, until - time.monotonic()))


def somebody_dispatches(data_dir: Path) -> bool:
    """Is an `ebexo serve` at work on this directory?"""
    try:
        descriptor = os.open(data_dir / "dispatcher.lock", os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


class _only_dispatcher:  # noqa: N801  (reads as a statement)
    """Proof that no other process dispatches here: an exclusive lock that the system drops with the process."""

    def __init__(self, data_dir: Path) -> None:
        data_dir.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(data_dir / "dispatcher.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._data_dir = data_dir

    def __enter__(self) -> None:
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotServe(f"Another ebexo serve is running on {self._data_dir}.") from None

    def __exit__(self, *error: object) -> None:
        os.close(self._descriptor)


def _server(application: Any, *, host: str, port: int) -> Any:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, port), family=family, backlog=256)
    except OSError as error:
        reason = os.strerror(error.errno or 0)  # the error's own text names the address once more
        raise CannotServe(f"The address {host}:{port} can't be used: {reason}.") from None
    return create_server(
        _believing(application),
        sockets=[listener],
        threads=THREADS,
        ident="ebexo",
        max_request_body_size=LARGEST_BODY,
        clear_untrusted_proxy_headers=False,  # they are, by the application below, which notes that there were any
    )


def _believing(application: Any) -> Any:
    """Nobody's word on where a call came from gets as far as the application, unless it is a proxy's that we trust."""
    trusted = environment().trusted_proxies
    return lambda call, start: application(believed(call, trusted), start)


def _close_the_door(server: Any) -> None:
    """Accept no more connections, then give the requests that are in time to be answered."""
    server.accepting = False
    server.del_channel()
    server.pull_trigger()
    time.sleep(0.05)
    server.socket.close()
    until = time.monotonic() + ANSWER_SECONDS
    while time.monotonic() < until and any(
        channel.request or channel.requests or channel.total_outbufs_len
        for channel in list(server.active_channels.values())
    ):
        time.sleep(0.02)
