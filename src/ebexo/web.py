"""`ebexo web`: the panel and the HTTP door, beside any number of others on one PostgreSQL."""

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from importlib import import_module
from typing import Any

from django.conf import settings
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from ebexo.client_address import believed
from ebexo.collector import spare_what_stands
from ebexo.database import give_up_what_is_cut_off
from ebexo.environment import environment

THREADS = 8
"""So many calls are answered at once, each with a connection to the database."""
IDLE_SECONDS = 600
STOP_SECONDS = 22
LARGEST_BODY = 64 * 2**20
"""Bytes. The HTTP door itself takes much less."""
OF_A_CALL = {
    "REQUEST_METHOD", "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING", "CONTENT_TYPE", "CONTENT_LENGTH", "SERVER_NAME",
    "SERVER_PORT", "SERVER_PROTOCOL", "REMOTE_ADDR",
}  # fmt: skip

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


class CannotServe(Exception):
    """The server can't start; the text says why in one line."""


def serve(*, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT, then answer what has arrived, and return.

    The calls are answered by a process of its own, which granian starts.
    """
    _try_address(host, port)
    mine = os.getpid()
    server = Server(
        "ebexo.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        blocking_threads=THREADS,
        blocking_threads_idle_timeout=IDLE_SECONDS,
        websockets=False,
        log_access=False,  # query strings hold addresses of people
        log_level=LogLevels.error,
        log_dictconfig={"handlers": {}, "loggers": {"_granian": {}, "granian.access": {}}},
        workers_kill_timeout=STOP_SECONDS,
        respawn_failed_workers=True,
    )
    server.serve(target_loader=lambda: _application(parent=mine), wrap_loader=False)


def _try_address(host: str, port: int) -> None:
    """granian would say that an address is taken somewhere inside only. Raises CannotServe."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise CannotServe(f"The address {host}:{port} can't be used: {reason}.") from None


def _application(*, parent: int) -> Application:
    """What answers, in granian's own process. It does not outlive `parent`."""
    from ebexo.wsgi import application

    give_up_what_is_cut_off()
    import_module(settings.ROOT_URLCONF)  # now, not by the first call
    spare_what_stands()
    threading.Thread(target=_end_with, args=[parent], name="ebexo-parent", daemon=True).start()
    return guarded(application)


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)


def guarded(application: Application) -> Application:
    """`application`, shown nothing but the call itself.

    granian mixes the variables of the process into every call, keys included, and passes on what anybody says of
    where a call came from. A body over 64 MB is turned away before it fills the disk.
    """
    of_process = frozenset(os.environ) - OF_A_CALL
    trusted = environment().trusted_proxies

    def answer(call: dict[str, Any], start: Any) -> Iterable[bytes]:
        own = {name: value for name, value in call.items() if name not in of_process}
        shown = believed(own, trusted)
        length = shown.get("CONTENT_LENGTH") or "0"
        if length.isascii() and length.isdigit() and int(length[:20]) > LARGEST_BODY:
            status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            start(f"{status.value} {status.phrase}", [("Content-Type", "text/plain")])
            return [f"A body may have {LARGEST_BODY // 2**20} MB at most.\n".encode()]
        return application(shown, start)

    return answer
