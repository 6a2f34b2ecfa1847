"""`python -m salesmanago_sandbox --bind 127.0.0.1:8090`"""

import argparse
from pathlib import Path

from salesmanago_sandbox.server import serve


def address(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdigit() or int(port) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not HOST:PORT, for example 127.0.0.1:8090")
    return host.strip("[]"), int(port)


def main() -> None:
    parser = argparse.ArgumentParser(prog="salesmanago_sandbox", description="A local SALESmanago.")
    parser.add_argument("--bind", type=address, default=("127.0.0.1", 8090), metavar="HOST:PORT")
    parser.add_argument(
        "--state", type=Path, metavar="FILE", help="remember everything in this file across restarts"
    )
    chosen = parser.parse_args()
    host, port = chosen.bind
    serve(host, port, state=chosen.state)


if __name__ == "__main__":
    main()
