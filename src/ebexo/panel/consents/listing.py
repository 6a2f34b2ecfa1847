"""The store's consents as the list shows them."""

from dataclasses import dataclass

from ebexo.consents.editing import standing_grants
from ebexo.consents.models import Consent
from ebexo.stores.models import Account


@dataclass(frozen=True)
class Listed:
    """`people` is how many people's newest decision is a grant that counts; `linked`: the mode sends by it."""

    consent: Consent
    version: int
    people: int
    linked: bool


def listed(account: Account) -> list[Listed]:
    """Every consent of the store, the active ones first."""
    consents = Consent.objects.filter(store_id=account.store_id).order_by("-active", "name", "code")
    return [
        Listed(
            consent=consent,
            version=max((wording.version for wording in consent.wordings.all()), default=0),
            people=standing_grants(consent).count(),
            linked=consent.code == account.consent_code,
        )
        for consent in consents.prefetch_related("wordings")
    ]
