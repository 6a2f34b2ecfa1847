"""The states of a message and what a try can come to. PURE: no Django, no database."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class MessageKind(StrEnum):
    LIVE = "live"
    """Happens in the shop now."""
    HISTORY = "history"
    """Was there before; goes where nothing live is due. The two kinds never share a call, and none is united with one
    of the other."""


class State(StrEnum):
    """All but the first two are final."""

    WAITING = "waiting"
    """To be sent."""
    IN_FLIGHT = "in_flight"
    """Being sent."""
    DELIVERED = "delivered"
    """Acknowledged by SALESmanago."""
    WITHHELD = "withheld"
    """Not sent on purpose, for want of a ground; never sent later."""
    SUPERSEDED = "superseded"
    """Nothing of its own left to tell."""
    HELD = "held"
    """Outcome unknown; the merchant decides."""
    FAILED = "failed"
    """Turned down, or given up after a long time."""
    DISCARDED = "discarded"
    """Given up by a person."""


LIVE_STATES = (State.WAITING, State.IN_FLIGHT)


@dataclass(frozen=True)
class Outcome:
    """What one try came to. `state` WAITING means that the message is to be tried again.

    The text fields end up in front of merchants and operators: they carry no secret and no personal data. `delay` is
    how long this contact waits before the next try, whatever the lane does; `person` the keyed hash and mask of a
    person whose message is withheld; `settles_doubt`: of a try before this one it is known now that it did not arrive.
    `drops_payload` leaves nothing of what was sent. With `moves_to` the message goes
    to the end of that key, to be sent from there. `largest_batch`: it is tried again with fewer others in the call.
    `broke`: our own work on it failed, as it would if it had killed the worker.
    """

    state: State
    kind: str
    reason: str | None = None
    notes: tuple[str, ...] = ()
    in_doubt: bool = False
    settles_doubt: bool = False
    was_called: bool = True
    http_status: int | None = None
    error: str | None = None
    retry_after: float | None = None
    excerpt: str | None = None
    drops_payload: bool = False
    delay: timedelta = timedelta()
    person: tuple[str, str | None] | None = None
    moves_to: str | None = None
    largest_batch: int | None = None
    broke: bool = False


@dataclass(frozen=True)
class LaneVerdict:
    """What the tries say about the far side as a whole. `pause` set: nothing passes until the settings change."""

    works: bool
    backoff: timedelta | None = None
    pause: str | None = None
