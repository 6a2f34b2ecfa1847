"""The gate: may this event leave for SALESmanago, and with which opt-in? PURE: no Django, no clock, no database.

Everything that decides about consent asks here, on arrival and again just before sending: a consent can be
withdrawn in between.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Reason(StrEnum):
    """Why an event is withheld. Each has a sentence for the merchant in `ebexo.consents.sentences`."""

    INACTIVE = "integration_off"
    DRY_RUN = "dry_run"
    IGNORED_DOMAIN = "ignored_domain"
    NO_CONSENT = "no_consent"


@dataclass(frozen=True)
class Ground:
    """What there is to judge by: the store's settings and the person's latest decision on the linked consent.

    `granted` is true as well where the mode asks for no consent.
    """

    active: bool
    dry_run: bool
    granted: bool
    ignored_domain: bool


@dataclass(frozen=True)
class Send:
    pass


@dataclass(frozen=True)
class Withhold:
    reason: Reason


def decide(ground: Ground) -> Send | Withhold:
    """Send, or withhold with the first reason that applies.

    A switched-off integration comes first (nothing is judged then), and a dry run last: whoever tries the
    settings wants to see which people would have gone.
    """
    if not ground.active:
        return Withhold(Reason.INACTIVE)
    if ground.ignored_domain:
        return Withhold(Reason.IGNORED_DOMAIN)
    if not ground.granted:
        return Withhold(Reason.NO_CONSENT)
    if ground.dry_run:
        return Withhold(Reason.DRY_RUN)
    return Send()


class OptIn(StrEnum):
    """What a transfer does to the person's e-mail status."""

    LEAVE = "leave"
    NOW = "now"
    ONCE_CONFIRMED = "once_confirmed"


def opt_in(*, double: bool, status_since: datetime | None, own_yes_at: datetime | None) -> OptIn:
    """The opt-in of an event that `decide` lets through.

    `status_since` is the latest moment at which SALESmanago's status may have been set, None where the person is
    unknown there. A status that stands is left alone, unless the person said yes themselves (`own_yes_at`: a
    newsletter sign-up or a grant carried by this event) after it was set.
    """
    wanted = OptIn.ONCE_CONFIRMED if double else OptIn.NOW
    if status_since is None:
        return wanted
    if own_yes_at is not None and own_yes_at > status_since:
        return wanted
    return OptIn.LEAVE
