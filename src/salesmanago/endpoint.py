"""The address of an account's server, read from whatever a merchant pastes."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from salesmanago.errors import BadEndpoint

OWN_DOMAINS = (".salesmanago.pl", ".salesmanago.com", ".manago.ai")

# What clings to an address copied from an e-mail or a chat: blanks, invisible marks, quotes, brackets.
_CLINGING = " \t\r\n\v\f\u00a0\u200b\u2060\ufeff\"'`„”“‚’‘«»<>()"
_SHAPE = re.compile(
    r"(?:(?:(?P<scheme>[a-z][a-z0-9+.-]*):)?//)?(?P<authority>[^/?#]*)(?P<rest>.*)", re.IGNORECASE | re.ASCII
)
_AUTHORITY = re.compile(
    r"(?P<host>\[[0-9a-f:.]+\]|[^:\[\]]*)(?::(?P<port>[0-9]{0,5}))?", re.IGNORECASE | re.ASCII
)
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?=.{{1,253}}\Z)(?:{_LABEL}\.)*{_LABEL}|\[[0-9a-f:.]+\]")
_PORTS = {"http": 80, "https": 443}
_LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where an account's calls go, and what had to be changed in the pasted text to get there."""

    url: str  # "https://app3.salesmanago.pl": scheme and host, no trailing slash
    upgraded: bool  # http became https
    trimmed: str  # the path and what follows it, left out of `url`; "" if nothing was


@dataclass(frozen=True, slots=True)
class _Address:
    scheme: str  # "" where none was written
    host: str
    port: int | None
    rest: str

    def port_of(self, scheme: str) -> int:
        return _PORTS[scheme] if self.port is None else self.port


def normalise_endpoint(text: str, *, extra: Collection[str] = ()) -> Endpoint:
    """The endpoint meant by `text`; raises `BadEndpoint`.

    Only servers below SALESmanago's own domains are taken, over HTTPS on port 443. An entry of `extra`
    ("http://127.0.0.1:8090") is allowed besides and given back as it is written there, whatever path was
    pasted behind it. An entry that is no such address is the operator's mistake: `ValueError`.

    Nothing of the text but a host of plain letters, digits and hyphens reaches the result, so no other
    reader of URLs can see another host in it.
    """
    address = _read(text)
    trimmed = "" if address.rest == "/" else address.rest
    for entry in extra:
        if _matches(address, _read_entry(entry)):
            return Endpoint(url=_entry_url(entry), upgraded=False, trimmed=trimmed)
    if not address.host.endswith(OWN_DOMAINS):
        raise BadEndpoint("foreign_host")
    if address.port not in (None, 443, _PORTS.get(address.scheme)):
        raise BadEndpoint("port")
    return Endpoint(url=f"https://{address.host}", upgraded=address.scheme == "http", trimmed=trimmed)


def _read(text: str) -> _Address:
    bare = text.lstrip(_CLINGING).rstrip(_CLINGING + ".,;")
    if not bare:
        raise BadEndpoint("empty")
    shape = _SHAPE.fullmatch(bare)
    if shape is None or not bare.isprintable() or len(bare) > _LONGEST:
        raise BadEndpoint("unreadable")
    scheme = (shape["scheme"] or "").lower()
    if scheme not in ("", *_PORTS):
        raise BadEndpoint("unreadable")
    host, port = _split(shape["authority"])
    return _Address(scheme=scheme, host=host, port=port, rest=shape["rest"])


def _split(authority: str) -> tuple[str, int | None]:
    if "@" in authority:
        raise BadEndpoint("userinfo")
    parts = _AUTHORITY.fullmatch(authority)
    if parts is None:
        raise BadEndpoint("unreadable")
    if not parts["host"].isascii():
        raise BadEndpoint("foreign_host")  # letters that only look like SALESmanago's
    host = parts["host"].lower().removesuffix(".")
    if not _HOST.fullmatch(host):
        raise BadEndpoint("unreadable")
    return host, int(parts["port"]) if parts["port"] else None


def _read_entry(entry: str) -> _Address:
    try:
        address = _read(entry)
    except BadEndpoint as error:
        raise ValueError(f"An extra endpoint cannot be read ({error.problem}): {entry!r}") from None
    if not address.scheme:
        raise ValueError(f"An extra endpoint starts with http:// or https://: {entry!r}")
    return address


def _matches(address: _Address, entry: _Address) -> bool:
    # Without a scheme, SALESmanago's own hosts mean HTTPS and never an entry.
    if not address.scheme and address.host.endswith(OWN_DOMAINS):
        return False
    scheme = address.scheme or entry.scheme
    return (scheme, address.host, address.port_of(scheme)) == (
        entry.scheme,
        entry.host,
        entry.port_of(entry.scheme),
    )


def _entry_url(entry: str) -> str:
    address = _read_entry(entry)
    port = "" if address.port is None else f":{address.port}"
    return f"{address.scheme}://{address.host}{port}"
