"""Is this callback SALESmanago's, and whom is it about? PURE: no Django, no database.

The address to call ends with `?email=$email$&key=sha1($email$CONSTANT)`; SALESmanago puts the e-mail in both places
and works out the hash. Nothing says how it encodes the e-mail in the first place, so every reading is tried.
"""

import hashlib
import hmac
import re
from urllib.parse import unquote, unquote_plus

_EMAIL = re.compile(r"(?:^|&)email=(.*?)(?=&key=|$)")
_KEY = re.compile(r"(?:^|&)key=([^&]*)")
LONGEST_EMAIL = 320
"""Nobody has a longer address."""


def verified_email(query: str, *, constant: str) -> str | None:
    """The e-mail, in lower case, that this query string has the right key for; None where the key is not right.

    The key is compared in constant time, and may be in upper case; the e-mail may be hashed in lower case or as it
    stands.
    """
    key = _KEY.search(query)
    given = key[1].lower() if key else ""
    right = [
        email
        for email in _readings(query)
        for spelling in (email, email.lower())
        if _is_same(given, _sha1(spelling + constant))
    ]
    return right[0].strip().lower() if right else None


def _readings(query: str) -> list[str]:
    """The e-mail as it may be meant: decoded, with its `+` restored, and raw, even with an `&` of its own in it."""
    found = _EMAIL.search(query)
    if found is None:
        return []
    texts = (found[1].split("&")[0], found[1])
    readings = [read(text) for text in texts for read in (unquote_plus, unquote, str)]
    return [email for email in readings if email.isprintable() and len(email) <= LONGEST_EMAIL]


def _sha1(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def _is_same(given: str, right: str) -> bool:
    return hmac.compare_digest(given.encode(), right.encode())
