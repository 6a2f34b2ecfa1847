"""A door for the probes alone: `ebexo worker` answers nothing else."""

import os
import socket
import threading
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from waitress.server import create_server

from ebexo.client_address import believed
from ebexo.environment import environment
from ebexo.operations.observing.probes import ANSWERS

THREADS = 2
NOTHING = b"Here are /livez, /readyz and /metrics.\n"

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


class CannotOpen(Exception):
    """The address can't be used; the text says why in one line."""


def open_door(application: Application, *, host: str, port: int) -> int:
    """Answer the probes by `application` from now on, in threads that end with the process. Gives back the port.

    Raises CannotOpen.
    """
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, port), family=family)
    except OSError as error:
        reason = os.strerror(error.errno or 0)  # the error's own text names the address once more
        raise CannotOpen(f"The address {host}:{port} can't be used: {reason}.") from None
    server = create_server(
        probes_of(application),
        sockets=[listener],
        threads=THREADS,
        ident="ebexo",
        clear_untrusted_proxy_headers=False,  # `probes_of` sees to them
    )
    threading.Thread(target=server.run, name="ebexo-probes", daemon=True).start()
    return int(server.effective_port)


def probes_of(application: Application) -> Application:
    """Nothing but the probes of `application`."""
    trusted = environment().trusted_proxies

    def answer(call: dict[str, Any], start: Any) -> Iterable[bytes]:
        if call["PATH_INFO"] in ANSWERS:
            return application(believed(call, trusted), start)
        status = HTTPStatus.NOT_FOUND
        start(f"{status.value} {status.phrase}", [("Content-Type", "text/plain")])
        return [NOTHING]

    return answer
