"""What to do about a withheld message, and on which page."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ebexo.consents.gate import Reason
from ebexo.orders.steps import OrderReason

Words = str | Promise


@dataclass(frozen=True)
class Remedy:
    """A sentence, and the page it leads to: its name and what the link says; both empty where there is none."""

    sentence: Words
    page: str = ""
    way: Words = ""


_SETTINGS = ("salesmanago", _("To the SALESmanago settings"))
_LAWFUL = _("There is nothing to do: that is how it has to be.")

REMEDIES: dict[str, Remedy] = {
    Reason.INACTIVE: Remedy(
        _(
            "Switch the integration on. What happens from then on is sent; what was withheld is not sent later."
        ),
        *_SETTINGS,
    ),
    Reason.DRY_RUN: Remedy(
        _("Switch the dry run off. What happens from then on is sent; what was withheld is not sent later."),
        *_SETTINGS,
    ),
    Reason.IGNORED_DOMAIN: Remedy(
        _("If people of this domain are to be sent, take it off the list of ignored domains."), *_SETTINGS
    ),
    Reason.NO_CONSENT: Remedy(
        _(
            "There is nothing to do as long as this person does not agree. If many people do agree in the shop and are "
            "withheld all the same, check which consent the settings name."
        ),
        *_SETTINGS,
    ),
    Reason.ERASED: Remedy(_LAWFUL),
    Reason.NEVER_SENT: Remedy(_LAWFUL),
    Reason.ALREADY_OUT: Remedy(_LAWFUL),
    Reason.UNKNOWN_VISITOR: Remedy(
        _("There is nothing to do: as soon as the visitor logs in or orders, SALESmanago learns of them.")
    ),
    OrderReason.EXCEEDS: Remedy(
        _("Correct the amount of the return in the shop and let the shop tell it anew.")
    ),
}


def remedy_of(reason: str | None) -> Remedy | None:
    """What to do about something withheld for this reason; None where the reason says it."""
    return REMEDIES.get(reason or "")
