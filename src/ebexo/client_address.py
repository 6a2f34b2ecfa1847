"""Where a request comes from, also behind proxies."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
FORWARDED = (
    "HTTP_FORWARDED", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PORT",
    "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_BY",
)  # fmt: skip
WAS_FORWARDED = "ebexo.was_forwarded"
"""In a call from which such words were taken: it came through a proxy, or says so."""


def client_address(*, connected: str, forwarded_for: str, trusted: Sequence[Network]) -> str:
    """The client's address: `connected` itself, unless that is a proxy we trust.

    Then it is the last entry of `forwarded_for` (the header X-Forwarded-For) that is no trusted proxy: whatever
    stands before it was written by somebody we know nothing of. An entry that is no address ends the search.
    """
    client = _address(connected)
    if client is None:
        return connected
    for entry in reversed(forwarded_for.split(",")):
        if not any(client in network for network in trusted):
            break
        before = _address(entry)
        if before is None:
            break
        client = before
    return str(client)


def is_trusted(connected: str, trusted: Sequence[Network]) -> bool:
    """Does a call from this address come from a proxy whose word we take?"""
    address = _address(connected)
    return address is not None and any(address in network for network in trusted)


def believed(call: dict[str, Any], trusted: Sequence[Network]) -> dict[str, Any]:
    """The call without what it says of where it came from, unless a proxy says it whose word we take."""
    told = [name for name in FORWARDED if name in call]
    if not told or is_trusted(call.get("REMOTE_ADDR", ""), trusted):
        return call
    return {name: value for name, value in call.items() if name not in told} | {WAS_FORWARDED: True}


def _address(text: str) -> Address | None:
    """The address in `text`, which may have a port behind it."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
