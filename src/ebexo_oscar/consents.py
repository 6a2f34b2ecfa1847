"""For a shop's own pages about consents: what stands, and telling what a customer changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ebexo.consents.ledger import latest
from ebexo.consents.models import Consent
from ebexo.storefront.present import present_request
from ebexo_oscar import telling
from ebexo_oscar.people import contact_of
from ebexo_oscar.quietly import quietly, quietly_read


@dataclass(frozen=True)
class Standing:
    """A customer's newest decision on a consent, and when they made it."""

    granted: bool
    at: datetime


@quietly
def changed(user: Any, answers: Mapping[str, bool], request: Any = None, *, source: str = "profile") -> None:
    """Call this where a customer granted (True) or withdrew (False) consents, in the transaction that knows it.

    `answers` holds what did change, by the consent's code; no answers tell nothing. Never raises: what could not be
    told is kept, and told later.
    """
    telling.consents_changed(user, answers, request or present_request(), source=source)


@quietly_read(dict[str, Standing])
def standing(user: Any) -> dict[str, Standing]:
    """What this customer decided, by code. A consent they never answered, or that asks again, is not in it.

    Never raises; what can't be read is not in it.
    """
    contact = contact_of(user)
    if contact is None:
        return {}
    codes = Consent.objects.filter(store_id=contact.store_id).values_list("code", flat=True)
    decisions = {code: latest(contact, code) for code in codes}
    return {code: Standing(found.granted, found.at) for code, found in decisions.items() if found}
