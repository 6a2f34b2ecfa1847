"""The option `--bind HOST:PORT`."""

import ipaddress

import click


class Bind(click.ParamType[tuple[str, int]]):
    name = "HOST:PORT"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, int]:
        if isinstance(value, tuple):
            return value
        host, colon, port = str(value).rpartition(":")
        host = host.strip("[]") if host != "localhost" else "127.0.0.1"
        if not colon or not port.isdigit() or int(port) > 65535 or not _is_address(host):
            self.fail(f"{value!r} is no address such as 127.0.0.1:8000.", param, ctx)
        return host, int(port)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
