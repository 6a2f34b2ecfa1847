"""What a job came to, and what an error of SALESmanago means for its message."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from ebexo.contacts.knowledge import Known
from ebexo.delivery.job import Job
from ebexo.delivery.visitors import Question
from ebexo.outbox.models import Message
from ebexo.outbox.retry import backoff
from ebexo.outbox.states import Outcome, State
from salesmanago import (
    BadCredentials,
    BasicContact,
    OutcomeUnknown,
    Refused,
    SalesmanagoError,
    Throttled,
    Unavailable,
)


@dataclass(frozen=True)
class Result:
    """What became of a job, or of a question.

    `known` is set when SALESmanago acknowledged the contact, `event_id` when it has the cart's or the order's event;
    `event_is_gone`: it does not have the one that was to be changed. `found` answers a question. `error`: what went
    wrong last.
    """

    job: Job | Question
    outcome: Outcome
    known: Known | None = None
    error: SalesmanagoError | None = None
    event_id: str | None = None
    event_is_gone: bool = False
    found: BasicContact | None = None


class NotNow(Exception):
    """No call may begin: the lane may not be ours for long enough, or this process is about to stop."""


Turn = Callable[[], Awaitable[None]]
"""Awaited before each call; returns when it may begin. Raises NotNow."""


def not_sent(job: Job | Question) -> Result:
    return Result(job, Outcome(State.WAITING, kind="not_sent", was_called=False))


def delivered(*, http_status: int, excerpt: str | None = None, notes: tuple[str, ...] = ()) -> Outcome:
    return Outcome(State.DELIVERED, kind="delivered", notes=notes, http_status=http_status, excerpt=excerpt)


def failed(error: SalesmanagoError, job: Job | Question, *, was_told: bool) -> Outcome:
    """Everything but a refusal is tried again. Only what was told, not what was asked, can leave something in doubt."""
    kind, state, reason = _kind(error)
    is_unknown = isinstance(error, OutcomeUnknown)
    return Outcome(
        state=state,
        kind=kind,
        reason=reason,
        in_doubt=is_unknown and was_told,
        http_status=error.http_status,
        error=str(error),
        retry_after=error.retry_after,
        delay=backoff(job.claimed.message.attempts, chance=0.5) if is_unknown else timedelta(),
    )


def broken(message: Message, *, was_sent: bool, shared: bool = False) -> Outcome:
    """Our own work on this message failed: a mistake in it or in us. Tried again a few times, then given up."""
    return Outcome(
        State.WAITING,
        kind="broke",
        reason="our_fault",
        in_doubt=message.in_doubt or was_sent,
        delay=backoff(message.crash_reclaims + 1, chance=0.5),
        largest_batch=1 if shared else None,
        broke=True,
    )


def _kind(error: SalesmanagoError) -> tuple[str, State, str]:
    match error:
        case BadCredentials():
            return "credentials", State.WAITING, f"credentials_{error.problem}"
        case Refused():
            return "refused", State.FAILED, "refused"
        case Throttled():
            return "throttled", State.WAITING, "throttled"
        case Unavailable():
            return "unavailable", State.WAITING, "unavailable"
    return "unknown", State.WAITING, "outcome_unknown"
