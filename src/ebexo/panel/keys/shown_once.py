"""A new key or secret on its way from the request that made it to the one page that shows it.

Reloading that page makes no further key, and shows nothing twice: meanwhile it waits encrypted in the session.
"""

from dataclasses import dataclass

from django.contrib.sessions.backends.base import SessionBase

from ebexo.environment import BadEnvironment
from ebexo.secrets import decrypt, encrypt

API_KEY, SIGNING_SECRET = "api_key", "signing_secret"


@dataclass(frozen=True)
class Shown:
    kind: str  # API_KEY or SIGNING_SECRET
    text: str


def keep(session: SessionBase, store_id: int, shown: Shown) -> None:
    """Keep what is to be shown on the store's page."""
    session[_name(store_id)] = [shown.kind, encrypt(shown.text)]


def take(session: SessionBase, store_id: int) -> Shown | None:
    """What was kept, if anything and if it can still be opened; it is gone afterwards."""
    kept = session.pop(_name(store_id), None)
    if kept is None:
        return None
    kind, token = kept
    try:
        return Shown(kind, decrypt(token))
    except BadEnvironment:
        return None


def _name(store_id: int) -> str:
    return f"shown-once-{store_id}"
