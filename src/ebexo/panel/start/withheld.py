"""What was withheld by a setting of the store rather than for the person's sake, and how it is made up for. PURE."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ebexo.consents.gate import Reason

BY_SETTINGS = (Reason.INACTIVE, Reason.DRY_RUN, Reason.NO_CONSENT)


@dataclass(frozen=True)
class Withheld:
    """A withheld message: why, when, and which kind of history tells the same."""

    reason: str
    kind: str
    done_at: datetime


@dataclass(frozen=True)
class Settings:
    """`sends_nobody`: in the days that are looked at nothing was delivered."""

    active: bool
    dry_run: bool
    needs_consent: bool
    sends_nobody: bool


@dataclass(frozen=True)
class Group:
    """So many messages were withheld for this reason. `is_over`: by a setting that was changed since; what `kinds` of
    history tell it then.
    """

    reason: Reason
    messages: int
    is_over: bool
    kinds: tuple[str, ...] = ()


def groups(
    withheld: Sequence[Withheld], settings: Settings, *, begun: Mapping[str, datetime]
) -> Iterator[Group]:
    """Those with something to do. `begun`: when history of each kind was last begun to be sent; it has made up for
    what was withheld before. As long as nothing is sent at all, history is not, either.
    """
    sends = settings.active and not settings.dry_run
    for reason in BY_SETTINGS:
        found = [one for one in withheld if one.reason == reason and _is_open(one, begun)]
        is_over = _is_over(reason, settings)
        kinds = tuple(sorted({one.kind for one in found})) if is_over else ()
        if found and _is_to_do(reason, settings, is_over=is_over, sends=sends):
            yield Group(reason, len(found), is_over, kinds)


def _is_to_do(reason: Reason, settings: Settings, *, is_over: bool, sends: bool) -> bool:
    if is_over:
        return sends
    return reason is not Reason.NO_CONSENT or settings.sends_nobody


def by_reason(withheld: Sequence[Withheld]) -> list[tuple[str, int]]:
    """How many for which reason, the most frequent first."""
    return Counter(one.reason for one in withheld).most_common()


def _is_open(one: Withheld, begun: Mapping[str, datetime]) -> bool:
    return one.kind not in begun or one.done_at > begun[one.kind]


def _is_over(reason: Reason, settings: Settings) -> bool:
    return {
        Reason.INACTIVE: settings.active,
        Reason.DRY_RUN: not settings.dry_run,
        Reason.NO_CONSENT: not settings.needs_consent,
    }[reason]
