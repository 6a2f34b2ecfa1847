"""Browsers that say by a cookie who they are: the contact that is meant, or nobody known."""

from datetime import datetime, timedelta

from ebexo.contacts.hashes import person_hash
from ebexo.contacts.models import Contact, Stranger

REMEMBERED_FOR = timedelta(days=1)
"""So long SALESmanago is not asked again about a cookie that it knows no contact by."""


def contact_named(smclient: str, *, store_id: int, remote: str) -> Contact | None:
    """The contact that this far side knows by the contact id in the cookie."""
    acquainted = Contact.objects.filter(acquaintances__vendor_id=smclient, acquaintances__remote=remote)
    return acquainted.filter(store_id=store_id).first()


def is_stranger(smclient: str, *, store_id: int, remote: str, now: datetime) -> bool:
    """Did this far side say within the last day that it knows no contact by this cookie?"""
    asked = Stranger.objects.filter(store_id=store_id, remote=remote, digest=person_hash("visitor", smclient))
    return asked.filter(asked_at__gt=now - REMEMBERED_FOR).exists()


def note_stranger(smclient: str, *, store_id: int, remote: str, now: datetime) -> None:
    """The far side knows no contact by this cookie."""
    digest = person_hash("visitor", smclient)
    Stranger.objects.update_or_create(
        store_id=store_id, remote=remote, digest=digest, defaults={"asked_at": now}
    )
