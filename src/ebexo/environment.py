"""What the operator sets from outside: the `EBEXO_…` variables, read once and refused readably when wrong.

No Django here: the settings of `ebexo serve` and those of a Django shop that embeds us are both built from this.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

_ORIGIN = re.compile(r"https?://([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[0-9]+)?", re.IGNORECASE)
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


class BadEnvironment(Exception):
    """A variable of the environment can't be used. The text names it and says what would be right."""


@dataclass(frozen=True)
class Environment:
    data_dir: Path
    database_url: str | None
    secret_keys: tuple[str, ...]
    allowed_hosts: tuple[str, ...]
    extra_endpoints: tuple[str, ...]
    public_url: str | None
    proxy: str | None
    log_level: str


@cache
def environment() -> Environment:
    """The environment of this process. Raises BadEnvironment."""
    return read(os.environ)


def read(variables: Mapping[str, str]) -> Environment:
    """Every `EBEXO_…` variable with its default. Raises BadEnvironment."""
    public_url = _url(variables, "EBEXO_PUBLIC_URL")
    return Environment(
        data_dir=Path(variables.get("EBEXO_DATA_DIR") or "./var").absolute(),
        database_url=_database_url(variables),
        secret_keys=_list(variables, "EBEXO_SECRET_KEYS"),
        allowed_hosts=_allowed_hosts(variables, public_url),
        extra_endpoints=_endpoints(variables),
        public_url=public_url,
        proxy=_url(variables, "EBEXO_PROXY"),
        log_level=_log_level(variables),
    )


def _list(variables: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(part for raw in variables.get(name, "").split(",") if (part := raw.strip()))


def _url(variables: Mapping[str, str], name: str) -> str | None:
    text = variables.get(name, "").strip().rstrip("/")
    if not text:
        return None
    if not _is_http(text):
        raise BadEnvironment(f"{name} must be an address such as https://shop.example, not {text!r}.")
    return text


def _is_http(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _database_url(variables: Mapping[str, str]) -> str | None:
    text = variables.get("EBEXO_DATABASE_URL", "").strip()
    if text and not text.startswith(("postgresql://", "postgres://")):
        raise BadEnvironment("EBEXO_DATABASE_URL must begin with postgresql:// (leave it out for SQLite).")
    return text or None


def _endpoints(variables: Mapping[str, str]) -> tuple[str, ...]:
    name = "EBEXO_EXTRA_ENDPOINTS"
    endpoints = tuple(part.rstrip("/") for part in _list(variables, name))
    for endpoint in endpoints:
        if not _is_http(endpoint) or not _ORIGIN.fullmatch(endpoint):
            raise BadEnvironment(
                f"{name} takes addresses without a path such as http://127.0.0.1:8090, not {endpoint!r}."
            )
    return endpoints


def _allowed_hosts(variables: Mapping[str, str], public_url: str | None) -> tuple[str, ...]:
    hosts = list(_list(variables, "EBEXO_ALLOWED_HOSTS") or ("127.0.0.1", "localhost", "[::1]"))
    for host in hosts:
        if "/" in host or (":" in host and not host.endswith("]")):
            raise BadEnvironment(
                f"EBEXO_ALLOWED_HOSTS takes host names without https:// and without a port, not {host!r}."
            )
    if public_url and (name := urlsplit(public_url).hostname) and name not in hosts:
        hosts.append(name)
    return tuple(hosts)


def _log_level(variables: Mapping[str, str]) -> str:
    level = (variables.get("EBEXO_LOG_LEVEL") or "INFO").strip().upper()
    if level not in LOG_LEVELS:
        raise BadEnvironment(f"EBEXO_LOG_LEVEL must be one of {', '.join(LOG_LEVELS)}, not {level!r}.")
    return level
