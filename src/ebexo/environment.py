"""What the operator sets from outside: the `EBEXO_…` variables, read once and refused readably when wrong.

No Django here: the settings of `ebexo serve` and those of a Django shop that embeds us are both built from this.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from ebexo.mail_server import MailServer, mail_server

_ORIGIN = re.compile(r"https?://([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[0-9]+)?", re.IGNORECASE)
_SIZE = re.compile(r"([0-9]{1,15})\s*(kB|MB|GB)?", re.IGNORECASE)
MEGABYTE, GIGABYTE = 10**6, 10**9
_UNITS = {"": 1, "kb": 10**3, "mb": MEGABYTE, "gb": GIGABYTE}
LONGEST_DAYS = 36500
A_WEEK = 604800
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
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...]
    proxy: str | None
    waiting_events_limit: int
    waiting_bytes_limit: int
    free_disk_floor: int
    keep_payloads_days: int
    keep_messages_days: int
    log_level: str
    email: MailServer | None = None
    call_seconds: float = 20.0
    look_after_seconds: float = 10.0
    lease_seconds: float = 60.0
    sweep_seconds: float = 10.0
    alert_after_seconds: int = 1800


@cache
def environment() -> Environment:
    """The environment of this process. Raises BadEnvironment."""
    return read(os.environ)


def read(variables: Mapping[str, str]) -> Environment:
    """Every `EBEXO_…` variable with its default. Raises BadEnvironment."""
    public_url = _url(variables, "EBEXO_PUBLIC_URL")
    keep_payloads_days, keep_messages_days = _kept_days(variables)
    call_seconds = _seconds(variables, "EBEXO_CALL_SECONDS", default=20.0, most=40.0)
    return Environment(
        data_dir=Path(variables.get("EBEXO_DATA_DIR") or "./var").absolute(),
        database_url=_database_url(variables),
        secret_keys=_list(variables, "EBEXO_SECRET_KEYS"),
        allowed_hosts=_allowed_hosts(variables, public_url),
        extra_endpoints=_endpoints(variables),
        public_url=public_url,
        trusted_proxies=_networks(variables, "EBEXO_TRUSTED_PROXIES"),
        proxy=_url(variables, "EBEXO_PROXY"),
        waiting_events_limit=_number(variables, "EBEXO_WAITING_EVENTS_LIMIT", default=1_000_000),
        waiting_bytes_limit=_bytes(variables, "EBEXO_WAITING_BYTES_LIMIT", default=2 * GIGABYTE),
        free_disk_floor=_bytes(variables, "EBEXO_FREE_DISK_FLOOR", default=200 * MEGABYTE),
        keep_payloads_days=keep_payloads_days,
        keep_messages_days=keep_messages_days,
        log_level=_log_level(variables),
        email=_mail_server(variables, "EBEXO_EMAIL_URL", "EBEXO_EMAIL_FROM"),
        call_seconds=call_seconds,
        look_after_seconds=_seconds(variables, "EBEXO_LOOK_AFTER_SECONDS", default=10.0, most=600.0),
        lease_seconds=_lease_seconds(variables, call_seconds=call_seconds),
        sweep_seconds=_seconds(variables, "EBEXO_SWEEP_SECONDS", default=10.0, most=60.0),
        alert_after_seconds=_alert_after_seconds(variables),
    )


def _list(variables: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(part for raw in variables.get(name, "").split(",") if (part := raw.strip()))


def _url(variables: Mapping[str, str], name: str) -> str | None:
    text = variables.get(name, "").strip().rstrip("/")
    if not text:
        return None
    if not _is_http(text):
        raise BadEnvironment(f"{name} must be an address such as https://shop.example, not {_shown(text)}.")
    return text


def _shown(text: str) -> str:
    """The address as a refusal repeats it: without the password in it."""
    user, _at, rest = text.rpartition("@")
    return repr(f"…@{rest}" if ":" in user.rpartition("//")[2] else text)


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
                f"{name} takes addresses without a path such as http://127.0.0.1:8090, not {_shown(endpoint)}."
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


def _networks(variables: Mapping[str, str], name: str) -> tuple[IPv4Network | IPv6Network, ...]:
    networks = []
    for part in _list(variables, name):
        try:
            networks.append(ip_network(part, strict=False))
        except ValueError:
            raise BadEnvironment(
                f"{name} takes addresses and networks such as 127.0.0.1 or 10.0.0.0/8, not {part!r}."
            ) from None
    return tuple(networks)


def _number(variables: Mapping[str, str], name: str, *, default: int) -> int:
    text = variables.get(name, "").strip() or str(default)
    if not re.fullmatch(r"[0-9]{1,15}", text) or int(text) == 0:
        raise BadEnvironment(f"{name} takes a whole number from 1 on, not {text!r}.")
    return int(text)


def _seconds(variables: Mapping[str, str], name: str, *, default: float, most: float) -> float:
    text = variables.get(name, "").strip() or str(default)
    if not re.fullmatch(r"[0-9]{1,3}([.][0-9]{1,3})?", text) or not 0 < float(text) <= most:
        raise BadEnvironment(f"{name} takes seconds from 0.001 to {most:g}, not {text!r}.")
    return float(text)


def _lease_seconds(variables: Mapping[str, str], *, call_seconds: float) -> float:
    seconds = _seconds(variables, "EBEXO_LEASE_SECONDS", default=max(60.0, 2 * call_seconds), most=600.0)
    if seconds < 2 * call_seconds:
        raise BadEnvironment(
            f"EBEXO_LEASE_SECONDS takes at least twice EBEXO_CALL_SECONDS ({call_seconds:g}), not {seconds:g}."
        )
    return seconds


def _alert_after_seconds(variables: Mapping[str, str]) -> int:
    seconds = _number(variables, "EBEXO_ALERT_AFTER_SECONDS", default=1800)
    if seconds > A_WEEK:
        raise BadEnvironment(f"EBEXO_ALERT_AFTER_SECONDS takes a week ({A_WEEK}) at most, not {seconds}.")
    return seconds


def _kept_days(variables: Mapping[str, str]) -> tuple[int, int]:
    payloads = _number(variables, "EBEXO_KEEP_PAYLOADS_DAYS", default=30)
    messages = _number(variables, "EBEXO_KEEP_MESSAGES_DAYS", default=max(payloads, 400))
    if not payloads <= messages <= LONGEST_DAYS:
        raise BadEnvironment(
            f"EBEXO_KEEP_MESSAGES_DAYS takes a number of days from EBEXO_KEEP_PAYLOADS_DAYS ({payloads})"
            f" up to {LONGEST_DAYS}, not {messages}."
        )
    return payloads, messages


def _bytes(variables: Mapping[str, str], name: str, *, default: int) -> int:
    text = variables.get(name, "").strip() or str(default)
    found = _SIZE.fullmatch(text)
    if not found:
        raise BadEnvironment(f"{name} takes a size such as 500MB or 2GB, not {text!r}.")
    return int(found[1]) * _UNITS[(found[2] or "").lower()]


def _mail_server(variables: Mapping[str, str], url: str, sender: str) -> MailServer | None:
    try:
        return mail_server(variables.get(url, "").strip(), variables.get(sender, "").strip())
    except ValueError as error:
        raise BadEnvironment(str(error)) from None


def _log_level(variables: Mapping[str, str]) -> str:
    level = (variables.get("EBEXO_LOG_LEVEL") or "INFO").strip().upper()
    if level not in LOG_LEVELS:
        raise BadEnvironment(f"EBEXO_LOG_LEVEL must be one of {', '.join(LOG_LEVELS)}, not {level!r}.")
    return level
