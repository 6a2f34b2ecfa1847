"""Takes credentials and people out of texts that come back from outside."""

import html
import json
import re
from collections.abc import Iterator
from urllib.parse import quote

from salesmanago.limits import VENDOR_MESSAGE_CHARACTERS

_EMAIL = re.compile(r"[^\s@<>\"',;:=&]{1,64}(?:@|%40)[^\s@<>\"',;:=&]{1,254}", re.IGNORECASE)
_MARKUP = re.compile(r"<[^<>]*>")
_BEGINNING = 20_000  # characters; whatever stands behind them is not quoted


class Redaction:
    """Blots `secrets` out of a text, also where they come back escaped for HTML, JSON or a URL."""

    def __init__(self, *secrets: str) -> None:
        self._secrets = secrets

    def quotation(self, text: str) -> str | None:
        """`text` as one printable line of at most 500 characters, without markup; None if nothing is left."""
        shown = self._without_secrets(text)[:_BEGINNING]
        shown = _EMAIL.sub("[e-mail]", shown)
        shown = _MARKUP.sub(" ", shown)
        shown = "".join(character if character.isprintable() else " " for character in shown)
        return " ".join(shown.split())[:VENDOR_MESSAGE_CHARACTERS].rstrip() or None

    def _without_secrets(self, text: str) -> str:
        spellings = {spelling for secret in self._secrets if secret for spelling in _spellings(secret)}
        if not spellings or not text:
            return text
        longest_first = sorted(spellings, key=len, reverse=True)
        return re.sub("|".join(map(re.escape, longest_first)), "[…]", text, flags=re.IGNORECASE)


def _spellings(secret: str) -> Iterator[str]:
    yield secret
    yield html.escape(secret)
    yield json.dumps(secret)[1:-1]
    yield quote(secret, safe="")
