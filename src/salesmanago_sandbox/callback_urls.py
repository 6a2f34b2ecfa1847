"""Callback addresses as the merchant types them into SALESmanago's panel."""

import hashlib
import re
from dataclasses import dataclass
from urllib.parse import quote

from salesmanago_sandbox.json_text import JsonObject
from salesmanago_sandbox.moments import iso

PLACEHOLDER = "$email$"
RAW_SAFE = "@+&=?/%!$'*,;:()"
HASH = re.compile(r"sha1\(([^()]*)\)")


@dataclass(frozen=True)
class CallbackUrls:
    """Templates with `$email$` in them; None where the merchant set no callback."""

    opt_in: str | None = None
    opt_out: str | None = None


@dataclass(frozen=True)
class CallbackRecord:
    """A callback that was sent; `status` is None and `error` a sentence where no answer came."""

    at: int
    channel: str
    url: str
    status: int | None
    error: str | None

    def described(self) -> JsonObject:
        return {
            "at": iso(self.at),
            "channel": self.channel,
            "url": self.url,
            "status": self.status,
            "error": self.error,
        }


def rendered(template: str, *, email: str, raw: bool = False) -> str:
    """`sha1(…)` is worked out over the plain address; elsewhere it is percent-encoded, unless `raw`."""
    hashed = HASH.sub(lambda match: _sha1(match[1].replace(PLACEHOLDER, email)), template)
    # Raw still means a request line that can be sent: no spaces, no letters beyond ASCII.
    return hashed.replace(PLACEHOLDER, quote(email, safe=RAW_SAFE if raw else "@"))


def _sha1(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
