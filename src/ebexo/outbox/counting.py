"""What settled messages add to the metrics."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from ebexo import metrics
from ebexo.outbox.claim import Claimed
from ebexo.outbox.states import LIVE_STATES, Outcome, State


def count_settled(outcomes: Iterable[tuple[Claimed, Outcome]], *, now: datetime) -> None:
    """Call it once they are on disk."""
    ended: Counter[str] = Counter()
    for claimed, outcome in outcomes:
        message = claimed.message
        if outcome.in_doubt:
            metrics.IN_DOUBT.inc()
        if message.state in LIVE_STATES:
            if outcome.was_called and (retries := metrics.RETRIES.get(outcome.kind)):
                retries.inc()
            continue
        ended[message.state] += 1
        if message.state == State.DELIVERED:
            metrics.LATENCY[message.kind].observe((now - message.accepted_at).total_seconds())
    for state, times in ended.items():
        if finished := metrics.FINISHED.get(state):
            finished.inc(times)
