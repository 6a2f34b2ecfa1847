"""What was withheld by a setting of the store, in words for a merchant."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from ebexo.consents.gate import Reason

STILL_WITHHELD = {
    Reason.INACTIVE: ngettext_lazy(
        "%(count)s message of the last 14 days was withheld, since the integration is switched off.",
        "%(count)s messages of the last 14 days were withheld, since the integration is switched off.",
        "count",
    ),
    Reason.DRY_RUN: ngettext_lazy(
        "%(count)s message of the last 14 days was withheld, since this is a dry run.",
        "%(count)s messages of the last 14 days were withheld, since this is a dry run.",
        "count",
    ),
    Reason.NO_CONSENT: ngettext_lazy(
        "%(count)s message of the last 14 days was withheld for want of a consent, and none was sent.",
        "%(count)s messages of the last 14 days were withheld for want of a consent, and none was sent.",
        "count",
    ),
}
"""The setting still is as it was."""

TO_SWITCH: dict[Reason, Promise] = {
    Reason.INACTIVE: _(
        "Switch the integration on. What happens from then on is sent; for what was withheld there is the history."
    ),
    Reason.DRY_RUN: _(
        "Switch the dry run off. What happens from then on is sent; for what was withheld there is the history."
    ),
    Reason.NO_CONSENT: _(
        "If people do agree in the shop, the settings name another consent than the shop tells, or another mode fits "
        "better. If nobody has agreed yet, there is nothing to do."
    ),
}

WERE_WITHHELD = {
    Reason.INACTIVE: ngettext_lazy(
        "%(count)s message of the last 14 days was withheld while the integration was switched off.",
        "%(count)s messages of the last 14 days were withheld while the integration was switched off.",
        "count",
    ),
    Reason.DRY_RUN: ngettext_lazy(
        "%(count)s message of the last 14 days was withheld during the dry run.",
        "%(count)s messages of the last 14 days were withheld during the dry run.",
        "count",
    ),
    Reason.NO_CONSENT: ngettext_lazy(
        "%(count)s message of the last 14 days was withheld while a consent was needed.",
        "%(count)s messages of the last 14 days were withheld while a consent was needed.",
        "count",
    ),
}
"""The setting was changed since."""
