"""The gate: may this event leave for SALESmanago, and with which opt-in? PURE: no Django, no clock, no database.

Everything that decides about consent asks here, on arrival and again just before sending: a consent can be withdrawn
in between.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Purpose(StrEnum):
    """What an event asks for."""

    TELL = "tell"
    """Tell the contact's data."""
    OPT_OUT = "opt_out"
    """Take the person off the mailing, and tell nothing else."""
    ERASE = "erase"
    """Forget the person, there and here."""


class Reason(StrEnum):
    """Why an event is withheld. Each has a sentence for the merchant in `ebexo.consents.sentences`."""

    INACTIVE = "integration_off"
    DRY_RUN = "dry_run"
    IGNORED_DOMAIN = "ignored_domain"
    NO_CONSENT = "no_consent"
    ERASED = "erased"
    NEVER_SENT = "never_sent"
    ALREADY_OUT = "already_out"
    UNKNOWN_VISITOR = "unknown_visitor"
    IMPORT_CANCELLED = "import_cancelled"


@dataclass(frozen=True)
class Ground:
    """What there is to judge by: the store's settings, and what is known of the person.

    `needs_consent`: the mode sends only people who granted the linked consent; `granted`: their newest decision on
    it is a yes. `sent`: a transfer of ours was acknowledged, or an erasure is on its way. `opted_out`: SALESmanago
    has them as opted out already. `erased`: they asked to be forgotten, and did nothing of their own since.
    """

    active: bool
    dry_run: bool
    needs_consent: bool
    granted: bool
    ignored_domain: bool
    sent: bool = False
    opted_out: bool = False
    erased: bool = False


@dataclass(frozen=True)
class Send:
    pass


@dataclass(frozen=True)
class Withhold:
    reason: Reason


def decide(purpose: Purpose, ground: Ground) -> Send | Withhold:
    """Send, or withhold with the first reason that applies.

    A switched-off integration comes first (nothing is judged then), and a dry run last: whoever tries the settings
    wants to see which people would have gone.
    """
    if not ground.active:
        return Withhold(Reason.INACTIVE)
    reason = {
        Purpose.TELL: _against_telling,
        Purpose.OPT_OUT: _against_opting_out,
        Purpose.ERASE: _against_erasing,
    }[purpose](ground)
    if reason is None and ground.dry_run:
        reason = Reason.DRY_RUN
    return Withhold(reason) if reason else Send()


def _against_telling(ground: Ground) -> Reason | None:
    if ground.erased:
        return Reason.ERASED
    if ground.ignored_domain:
        return Reason.IGNORED_DOMAIN
    return Reason.NO_CONSENT if ground.needs_consent and not ground.granted else None


def _against_opting_out(ground: Ground) -> Reason | None:
    """In the automatic mode an opt-out always goes; in the others only for a person who was sent before."""
    if ground.erased:
        return Reason.ERASED
    if not ground.needs_consent:
        return None
    if not ground.sent:
        return Reason.NEVER_SENT
    return Reason.ALREADY_OUT if ground.opted_out else None


def _against_erasing(ground: Ground) -> Reason | None:
    return None if ground.sent else Reason.NEVER_SENT


class OptIn(StrEnum):
    """What a transfer does to the person's e-mail status."""

    LEAVE = "leave"
    NOW = "now"
    ONCE_CONFIRMED = "once_confirmed"
    OUT = "out"


def opt_in(
    *,
    double: bool,
    status_since: datetime | None,
    own_yes_at: datetime | None,
    standing_yes_at: datetime | None = None,
    opted_out_at: datetime | None = None,
) -> OptIn:
    """The opt-in of an event that `decide` lets through as TELL.

    `status_since` is the latest moment at which SALESmanago's status may have been set, None where the person is
    unknown there; `opted_out_at` when they last opted out in the store or by a callback. A status that stands is left
    alone, unless the person said yes themselves after it was set: `own_yes_at`, a newsletter sign-up or a grant that
    this event carries. Somebody unknown there comes in by the mode or by a grant that stands (`standing_yes_at`), and
    as opted out if they opted out later than that.
    """
    wanted = OptIn.ONCE_CONFIRMED if double else OptIn.NOW
    if own_yes_at and _is_after(own_yes_at, status_since) and _is_after(own_yes_at, opted_out_at):
        return wanted
    if status_since is not None:
        return OptIn.LEAVE
    if opted_out_at and not (standing_yes_at and standing_yes_at > opted_out_at):
        return OptIn.OUT
    return wanted


def _is_after(moment: datetime, other: datetime | None) -> bool:
    return other is None or moment > other
