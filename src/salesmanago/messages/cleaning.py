"""What every value goes through on its way to the wire: no null, nothing empty, nothing too long."""

from collections.abc import Iterable, Mapping
from typing import Any

from salesmanago.limits import TEXT_CHARACTERS


def present(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that say something: an explicit null or "" has no documented meaning. False and 0 stay."""
    return {name: value for name, value in fields.items() if value not in (None, "", [], {})}


def clean_text(text: str | None, *, limit: int = TEXT_CHARACTERS) -> str | None:
    """Trimmed and cut at so many characters; None where nothing is left."""
    return _encodable(text)[:limit].rstrip() or None


def clean_identifier(text: str | None) -> str | None:
    """Trimmed; None where it is empty or too long, as an identifier that is cut would be somebody else's."""
    identifier = _encodable(text)
    return identifier if 0 < len(identifier) <= TEXT_CHARACTERS else None


def clean_email(text: str | None) -> str | None:
    """In lower case, as one address is one contact; never cut, as that would be somebody else's."""
    return _encodable(text).lower() or None


def clean_emails(texts: Iterable[str]) -> list[str]:
    """Each address once, in the order given; blank ones are left out."""
    return list(dict.fromkeys(email for text in texts if (email := clean_email(text))))


def clean_identifiers(texts: Iterable[str]) -> list[str]:
    """Each identifier once, in the order given; unusable ones are left out."""
    return list(dict.fromkeys(identifier for text in texts if (identifier := clean_identifier(text))))


def clean_tags(tags: Iterable[str]) -> list[str]:
    """As SALESmanago's library sends them, so that "vip" and "VIP" are one tag: VIP, NEW_CUSTOMER."""
    spelled = (clean_text("_".join(tag.upper().split())) for tag in tags)
    return list(dict.fromkeys(tag for tag in spelled if tag))


def clean_properties(properties: Mapping[str, str]) -> dict[str, str]:
    cleaned = ((clean_text(name), clean_text(value)) for name, value in properties.items())
    return {name: value for name, value in cleaned if name and value}


def _encodable(text: str | None) -> str:
    """Trimmed, without the half characters (lone surrogates) that UTF-8 cannot carry."""
    return (text or "").encode(errors="ignore").decode().strip()
