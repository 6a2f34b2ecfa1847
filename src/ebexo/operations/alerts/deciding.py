"""Which troubles of a store its owners are told about, and when. PURE: no Django, no database, no clock.

A letter that comes for nothing is not read the next time. So a trouble has to last before it is worth one, and what
every shop has a little of (an address that SALESmanago refuses) is none until it is more than a little.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Kind(StrEnum):
    REFUSED = "refused"
    """SALESmanago turns the account away; nothing is sent before a person has put it right."""
    STUCK = "stuck"
    """Something is to be sent, and for a while nothing has arrived."""
    FAILING = "failing"
    """Much of what was sent lately was turned down."""


@dataclass(frozen=True)
class Seen:
    """A store at the moment `at`.

    `is_sending`: nobody has switched it off, and it is set up. `refused`: why SALESmanago turns the account away, if it
    does; `is_proved`: the last check or delivery found the account right. `waits_since`: when what has waited longest
    was told; `delivered_at`: the last time that something arrived. `failed` of `ended` are the messages of the last
    hour that SALESmanago refused or that were given up, `failed_at` the last time that one was.
    """

    at: datetime
    is_sending: bool = True
    refused: str | None = None
    is_proved: bool = True
    is_well: bool = True
    waits_since: datetime | None = None
    delivered_at: datetime | None = None
    failed: int = 0
    ended: int = 0
    failed_at: datetime | None = None


@dataclass(frozen=True)
class Standing:
    """A trouble that goes on since `opened_at`; `is_told`: the letters about it are written."""

    opened_at: datetime
    is_told: bool


@dataclass(frozen=True)
class Decision:
    """What is to be done about each kind of trouble. Those in `good_news` are over, too, and worth a letter if the
    trouble was.
    """

    opens: frozenset[Kind] = frozenset()
    tells: frozenset[Kind] = frozenset()
    closes: frozenset[Kind] = frozenset()
    good_news: frozenset[Kind] = frozenset()


ENOUGH_TO_JUDGE = 20
"""With fewer ended messages in an hour a single refused one would be more than the share."""
SHARE = 20
"""One in so many, 5 %: a few mistyped addresses are in every shop, and stand on the start page."""
HOUR = timedelta(hours=1)
QUIET = timedelta(days=1)
"""Failing is over when nothing failed for so long. So a store that fails every afternoon gets one letter, not many."""


def patience(kind: Kind, *, after: timedelta) -> timedelta:
    """How long a trouble goes on before it is told; `after` is how long nothing arrives before anybody is told of it.

    A sixth of it (5 minutes) is for whoever is just changing the ApiSecret in both places. Being stuck is seen when
    half of it is over, and told when the other half is: after a night with the server switched off what waited has
    time to leave first. What failed has failed.
    """
    return {Kind.REFUSED: after / 6, Kind.STUCK: after / 2, Kind.FAILING: timedelta()}[kind]


def decide(seen: Seen, standing: Mapping[Kind, Standing], *, after: timedelta) -> Decision:
    """What to do now about a store of which these troubles are known to go on."""
    over = frozenset(kind for kind, known in standing.items() if is_over(kind, seen, known, after=after))
    lasting = {kind: known for kind, known in standing.items() if kind not in over}
    there = frozenset(kind for kind in Kind if is_there(kind, seen, lasting, after=after))
    tells = frozenset(
        kind
        for kind, known in lasting.items()
        if kind in there and not known.is_told and seen.at - known.opened_at >= patience(kind, after=after)
    )
    news = frozenset(kind for kind in over if seen.is_sending and kind is not Kind.FAILING)
    return Decision(opens=there - standing.keys(), tells=tells, closes=over, good_news=news)


def is_there(kind: Kind, seen: Seen, lasting: Mapping[Kind, Standing], *, after: timedelta) -> bool:
    """Does the store have this trouble now? One that is turned away is not stuck besides."""
    if not seen.is_sending:
        return False
    match kind:
        case Kind.REFUSED:
            return seen.refused is not None
        case Kind.STUCK:
            return seen.refused is None and Kind.REFUSED not in lasting and _is_stuck(seen, half=after / 2)
        case Kind.FAILING:
            return seen.ended >= ENOUGH_TO_JUDGE and seen.failed * SHARE >= seen.ended


def is_over(kind: Kind, seen: Seen, known: Standing, *, after: timedelta) -> bool:
    """Has a trouble that was known to go on come to its end?

    An account is right when that was seen, not when the settings were saved or a call came to nothing for another
    reason; sending goes on when something has arrived and the last call worked.
    """
    match kind:
        case Kind.REFUSED:
            return not seen.is_sending or (seen.refused is None and seen.is_proved)
        case Kind.STUCK:
            arrived = seen.delivered_at is not None and seen.delivered_at > known.opened_at
            goes_on = arrived and seen.is_well and not _is_stuck(seen, half=after / 2)
            return not seen.is_sending or seen.waits_since is None or goes_on
        case Kind.FAILING:
            return seen.failed_at is None or seen.at - seen.failed_at >= QUIET


def _is_stuck(seen: Seen, *, half: timedelta) -> bool:
    waits = seen.waits_since is not None and seen.at - seen.waits_since >= half
    return waits and (seen.delivered_at is None or seen.at - seen.delivered_at >= half)
