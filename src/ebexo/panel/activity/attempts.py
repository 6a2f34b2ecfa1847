"""The calls that carried a message, as its page shows them."""

from dataclasses import dataclass
from datetime import datetime

from ebexo.connection.sentences.calls import Meaning, meaning_of
from ebexo.outbox.models import Attempt, Message

MOST = 50
_WHOLE = ("delivered", "found")


@dataclass(frozen=True)
class Shown:
    """One call: when, what SALESmanago answered in its own words, and what that means."""

    at: datetime
    http_status: int | None
    answer: str | None
    meaning: Meaning
    arrived: bool


def attempts_of(message: Message) -> list[Shown]:
    """The last fifty calls, the newest first."""
    return [_shown(attempt) for attempt in message.tries.order_by("-pk")[:MOST]]


def _shown(attempt: Attempt) -> Shown:
    return Shown(
        at=attempt.started_at,
        http_status=attempt.http_status,
        answer=_answer(attempt),
        meaning=meaning_of(attempt.outcome, attempt.error),
        arrived=attempt.outcome in _WHOLE,
    )


def _answer(attempt: Attempt) -> str | None:
    """SALESmanago's words stand behind ours and a colon."""
    words = (attempt.error or "").partition(": ")[2]
    return words or attempt.excerpt
