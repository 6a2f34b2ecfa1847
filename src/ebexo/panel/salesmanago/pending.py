"""What was typed, kept between the question and the answer to it.

A page never carries the secret, not even in a hidden field: it waits encrypted in the session, for one step.
"""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from django.contrib.sessions.backends.base import SessionBase

from ebexo.secrets import decrypt, encrypt


@dataclass(frozen=True)
class Pending:
    typed: dict[str, str]  # the fields of the form, without the secret
    secret_encrypted: str
    based_on: str  # when the settings that were in front of the merchant had been saved
    nonce: str

    def with_secret(self) -> dict[str, str]:
        secret = decrypt(self.secret_encrypted) if self.secret_encrypted else ""
        return self.typed | {"api_secret": secret}


def keep(session: SessionBase, store_id: int, typed: Mapping[str, str], *, based_on: str) -> Pending:
    """Keep what was typed until the next step on the same store's page."""
    fields = dict(typed)
    secret = fields.pop("api_secret", "")
    pending = Pending(
        typed=fields,
        secret_encrypted=encrypt(secret) if secret else "",
        based_on=based_on,
        nonce=secrets.token_urlsafe(16),
    )
    session[_name(store_id)] = asdict(pending)
    return pending


def take(session: SessionBase, store_id: int) -> Pending | None:
    """What was kept, if anything; it is gone afterwards."""
    kept = session.pop(_name(store_id), None)
    return Pending(**kept) if kept else None


def _name(store_id: int) -> str:
    return f"salesmanago-settings-{store_id}"
