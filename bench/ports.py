"""Free ports of this machine, and waiting for somebody to listen at one."""

import socket
import time


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port


def wait_for(port: int, *, seconds: float = 30.0) -> None:
    """Raises RuntimeError where nobody listens there in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.05)  # between two looks
        else:
            return
    raise RuntimeError(f"nobody listens at port {port}")
