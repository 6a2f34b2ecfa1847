"""Which messages of a contact become one on their way to an account."""

from datetime import datetime

from ebexo.contacts.known import known
from ebexo.delivery.mapping.uniting import unite
from ebexo.outbox.models import Message
from ebexo.outbox.uniting import Unite
from ebexo.standing import contact_behind
from ebexo.stores.models import Account


def uniting_for(account: Account) -> Unite:
    """Makes one payload of two messages. For one claim: what was told of a contact is asked once."""
    told: dict[str, datetime | None] = {}

    def united(older: Message, newer: Message) -> str | None:
        payload = unite(older.payload or "", newer.payload or "")
        if payload is None or older.key is None:
            return None
        key = older.key.key
        if key not in told:
            told[key] = _told_at(key, account)
        told_at = told[key]
        return None if told_at and older.occurred_at < told_at else payload

    return united


def _told_at(key: str, account: Account) -> datetime | None:
    """Of what moment the account was told last. What occurred before it and arrived late changes less than it says."""
    contact = contact_behind(key)
    there = known(contact.pk, remote=account.remote) if contact else None
    return there.told_at if there else None
