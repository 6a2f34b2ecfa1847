"""`python -m demo.server [--bind HOST:PORT]`: the shop in one process, by waitress."""

import argparse
import logging
import signal
import sys
from threading import Event, Thread
from time import monotonic, sleep
from typing import Any

THREADS = 8
PATIENCE = 1.5  # seconds that requests being answered may still take after a signal to stop


def main() -> int:
    """Serve until SIGTERM or SIGINT. 0 after that, 1 if the address cannot be had."""
    from waitress.server import create_server

    from demo.wsgi import application

    host, port = _address()
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a short queue is no news
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        server = create_server(application, host=host, port=port, threads=THREADS)
    except OSError as error:
        print(f"The shop cannot listen on {host}:{port}: {error.strerror}.", file=sys.stderr)
        return 1
    Thread(target=server.run, daemon=True).start()
    print(f"The shop is open on http://{host}:{server.effective_port}/", flush=True)
    stop.wait()
    _close(server)
    return 0


def _address() -> tuple[str, int]:
    parser = argparse.ArgumentParser(prog="python -m demo.server", description="The demo shop.")
    parser.add_argument("--bind", default="127.0.0.1:8001", metavar="HOST:PORT")
    bind: str = parser.parse_args().bind
    host, _colon, port = bind.rpartition(":")
    if not host or not port.isdecimal():
        parser.error(f"--bind takes an address such as 127.0.0.1:8001, not {bind}")
    return host, int(port)


def _close(server: Any) -> None:
    """Take no new connection, and give those being answered a moment."""
    server.accepting = False
    server.del_channel()
    server.pull_trigger()
    sleep(0.05)  # the loop in the other thread lets go of the socket
    server.socket.close()
    deadline = monotonic() + PATIENCE
    while monotonic() < deadline and any(
        channel.requests or channel.total_outbufs_len for channel in list(server.active_channels.values())
    ):
        sleep(0.02)


if __name__ == "__main__":
    sys.exit(main())
