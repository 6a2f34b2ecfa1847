"""The server that takes the panel's letters, as `EBEXO_EMAIL_URL` and `EBEXO_EMAIL_FROM` name it. PURE."""

import re
from dataclasses import dataclass
from email.utils import parseaddr
from urllib.parse import unquote, urlsplit

PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
"""How the server is spoken to: readably, readably until both sides change over to TLS, or in TLS from the beginning."""
SAME_MACHINE = ("localhost", "127.0.0.1", "::1")
SECONDS = 10
_E_MAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+")


@dataclass(frozen=True)
class MailServer:
    scheme: str
    host: str
    port: int
    user: str
    password: str
    sender: str

    def settings(self) -> dict[str, object]:
        """The names that Django gives to it."""
        return {
            "EMAIL_HOST": self.host,
            "EMAIL_PORT": self.port,
            "EMAIL_HOST_USER": self.user,
            "EMAIL_HOST_PASSWORD": self.password,
            "EMAIL_USE_TLS": self.scheme == "smtp+tls",
            "EMAIL_USE_SSL": self.scheme == "smtps",
            "EMAIL_TIMEOUT": SECONDS,
            "DEFAULT_FROM_EMAIL": self.sender,
        }


def mail_server(url: str, sender: str) -> MailServer | None:
    """None where neither is given. Raises ValueError with a sentence that names the variable and says what is right,
    and never repeats the password.
    """
    if not url and not sender:
        return None
    if not url or not sender:
        raise ValueError("EBEXO_EMAIL_URL and EBEXO_EMAIL_FROM belong together: set both, or neither.")
    if not _E_MAIL.fullmatch(parseaddr(sender)[1]) or any(mark in sender for mark in "\r\n"):
        raise ValueError(
            f"EBEXO_EMAIL_FROM takes an e-mail such as panel@shop.example or "
            f"Ebexo <panel@shop.example>, not {sender!r}."
        )
    return _server(url, sender)


def _server(url: str, sender: str) -> MailServer:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise _unreadable() from None
    if parts.scheme not in PORTS or not host or port == 0 or parts.path not in ("", "/"):
        raise _unreadable()
    if parts.query or parts.fragment or bool(parts.username) != bool(parts.password):
        raise _unreadable()
    if parts.password and parts.scheme == "smtp" and host not in SAME_MACHINE:
        raise ValueError(
            "EBEXO_EMAIL_URL would send its password readable for everybody on the way: "
            "begin it with smtps:// or smtp+tls://."
        )
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return MailServer(parts.scheme, host, port or PORTS[parts.scheme], user, password, sender)


def _unreadable() -> ValueError:
    return ValueError(
        "EBEXO_EMAIL_URL takes an address such as smtps://user:password@mail.example:465, "
        "smtp+tls://user:password@mail.example:587 or smtp://localhost:25; "
        "write special characters of user and password as %40 and the like."
    )
