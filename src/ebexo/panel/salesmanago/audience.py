"""How many people a change of the mode or of the linked consent concerns."""

from dataclasses import dataclass

from django.db.models import Q

from ebexo.consents.editing import standing_grants
from ebexo.consents.models import Consent
from ebexo.contacts.models import Contact
from ebexo.stores.models import Account, Mode


@dataclass(frozen=True)
class Audience:
    """People known in the store, those of them who may be sent after the change, and the differences.

    `gained` may be sent only after it; `dropped` were sent before it and will no longer be. Nobody who asked to be
    forgotten is counted.
    """

    known: int
    allowed: int
    gained: int
    dropped: int


def audience(account: Account, *, mode: str, consent_code: str) -> Audience:
    """The people concerned if the settings as they are in `account` get this mode and this linked consent."""
    people = Contact.objects.filter(store_id=account.store_id, erased_at=None)
    before = people.filter(_may_be_sent(account.store_id, mode=account.mode, code=account.consent_code))
    after = people.filter(_may_be_sent(account.store_id, mode=mode, code=consent_code))
    sent = before.filter(acquaintances__remote=account.remote, acquaintances__acknowledged_at__isnull=False)
    return Audience(
        known=people.count(),
        allowed=after.count(),
        gained=after.exclude(pk__in=before.values("pk")).count(),
        dropped=sent.exclude(pk__in=after.values("pk")).count(),
    )


def _may_be_sent(store_id: int, *, mode: str, code: str) -> Q:
    if not Mode(mode).needs_consent:
        return Q()
    consent = Consent.objects.filter(store_id=store_id, code=code).first()
    return Q(pk__in=standing_grants(consent).values("contact") if consent else [])
