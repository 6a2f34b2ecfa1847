"""What a handful of results says about the far side as a whole. PURE."""

from collections.abc import Iterable
from datetime import timedelta

from ebexo.outbox.retry import PROBE_EVERY, backoff
from ebexo.outbox.states import LaneVerdict
from salesmanago import BadCredentials, OutcomeUnknown, SalesmanagoError, Throttled, Unavailable


def lane_verdict(errors: Iterable[SalesmanagoError | None], *, failures: int, chance: float) -> LaneVerdict:
    """The gravest thing that was met decides; a refusal of one message says that the far side works."""
    met = [error for error in errors if error]
    if turned_away := next((error for error in met if isinstance(error, BadCredentials)), None):
        return LaneVerdict(works=False, backoff=PROBE_EVERY, pause=turned_away.problem)
    waits = [error.retry_after for error in met if error.retry_after is not None]
    if waits:
        return LaneVerdict(works=False, backoff=timedelta(seconds=max(waits)))
    if any(isinstance(error, Throttled | Unavailable | OutcomeUnknown) for error in met):
        return LaneVerdict(works=False, backoff=backoff(failures + 1, chance=chance))
    return LaneVerdict(works=True)
