"""When to try again. PURE.

Failures of the far side slow down the whole lane, because every other call would meet the same: after n failures
in a row the next call comes within min(15 min, 2^n s), at a random moment so that many stores don't return at once.

    failures   1    2    3    4     5     6      7      8      9       10 and more
    at most    2 s  4 s  8 s  16 s  32 s  64 s   2 min  4 min  9 min   15 min
"""

from datetime import datetime, timedelta

LONGEST = 900.0
PROBE_EVERY = timedelta(minutes=15)
EXPIRES_AFTER = timedelta(days=7)
TRIES_AT_LEAST = 3
SUSPECT_AFTER = 3
"""A message that was in hand when its worker broke so often is sent with nothing beside it."""
ALONE_IN_CALL_AFTER = 2
"""A message that was in hand when its worker broke so often shares no call any more."""
CERTAIN_AFTER = 12
"""From so many tries on a suspect is not spared any more because others were in hand beside it."""
POISON_AFTER = 5
"""A message that broke its worker so often is given up."""


def backoff(failures: int, *, chance: float) -> timedelta:
    """The pause after this many failures in a row; `chance` is a random number from 0 to 1."""
    return timedelta(seconds=chance * min(LONGEST, 2.0 ** min(failures, 30)))


def rest(reclaims: int) -> timedelta:
    """How long a message rests after its worker broke so often while it was in hand.

    A suspect must not be what is in hand first whenever a worker starts: then whatever breaks workers early, even
    if it has nothing to do with the message, would look like its doing.
    """
    return timedelta(seconds=2.0 ** (reclaims - 2)) if reclaims >= SUSPECT_AFTER else timedelta()


def is_expired(*, accepted_at: datetime, attempts: int, now: datetime) -> bool:
    """Is it time to give up? Only when the message is old and was really tried."""
    return now - accepted_at >= EXPIRES_AFTER and attempts >= TRIES_AT_LEAST
