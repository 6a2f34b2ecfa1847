"""Writing down what became of messages that were sent, in one short transaction under the lane's epoch."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from ebexo.outbox.claim import Claimed
from ebexo.outbox.lease import Lease, LeaseLost
from ebexo.outbox.models import Attempt, Key, Lane, Message
from ebexo.outbox.retry import backoff, is_expired
from ebexo.outbox.states import LIVE_STATES, LaneVerdict, Outcome, State


def settle(
    lease: Lease, outcomes: Sequence[tuple[Claimed, Outcome]], *, verdict: LaneVerdict | None, now: datetime
) -> None:
    """Record every outcome and move the contacts on. Raises LeaseLost, and then nothing is written."""
    with transaction.atomic():
        lane = Lane.objects.select_for_update().filter(store_id=lease.store_id, epoch=lease.epoch).first()
        if lane is None:
            raise LeaseLost
        for claimed, outcome in outcomes:
            _settle_attempt(claimed.attempt_id, outcome, now=now)
            _settle_message(claimed, outcome, now=now)
        if verdict:
            _settle_lane(lane, verdict, now=now)


def _settle_attempt(attempt_id: int, outcome: Outcome, *, now: datetime) -> None:
    attempt = Attempt.objects.filter(pk=attempt_id)
    if not outcome.was_called:
        attempt.delete()
        return
    attempt.update(
        finished_at=now,
        outcome=outcome.kind,
        http_status=outcome.http_status,
        error=outcome.error and outcome.error[:500],
        retry_after=outcome.retry_after,
        excerpt=outcome.excerpt and outcome.excerpt[:2000],
    )


def _settle_message(claimed: Claimed, outcome: Outcome, *, now: datetime) -> None:
    message = claimed.message
    message.state, message.reason = outcome.state, outcome.reason
    message.in_doubt = outcome.in_doubt or (message.in_doubt and outcome.state != State.DELIVERED)
    message.notes = sorted({*message.notes, *outcome.notes})
    if outcome.state == State.WAITING and is_expired(
        accepted_at=message.accepted_at, attempts=message.attempts, now=now
    ):
        message.state, message.reason = State.FAILED, "expired"
    if message.state in LIVE_STATES:
        _back_in_line(claimed, outcome, now=now)
        return
    message.done_at = now
    if outcome.drops_payload:
        message.payload = None
    if outcome.person:
        message.payload = None
        message.person_hash, message.person_masked = outcome.person
    message.save()
    move_head_on(claimed.key_id)


def _back_in_line(claimed: Claimed, outcome: Outcome, *, now: datetime) -> None:
    if not outcome.was_called:
        claimed.message.attempts -= 1
    claimed.message.save()
    Key.objects.filter(pk=claimed.key_id).update(due_at=now + outcome.delay)


def move_head_on(key_id: int) -> None:
    """Make the oldest message of this key that is not final its head. Call it inside a transaction."""
    key = Key.objects.select_for_update().get(pk=key_id)  # first: nothing may be put in between
    rest = Message.objects.filter(key_id=key_id, key_seq__gte=key.head_seq, state__in=LIVE_STATES)
    following = rest.order_by("key_seq").first()
    key.head_seq = (following and following.key_seq) or key.tail_seq + 1
    key.head_message = following.pk if following else None
    key.due_at = following.accepted_at if following and following.state == State.WAITING else None
    key.save(update_fields=["head_seq", "head_message", "due_at"])


def _settle_lane(lane: Lane, verdict: LaneVerdict, *, now: datetime) -> None:
    lane.failures = 0 if verdict.works else lane.failures + 1
    lane.backoff_until = now + verdict.backoff if verdict.backoff is not None else None
    lane.paused_reason = verdict.pause
    lane.save(update_fields=["failures", "backoff_until", "paused_reason"])


def resume(store_id: int) -> None:
    """The store's settings were saved: try at once, whatever went wrong before."""
    Lane.objects.filter(store_id=store_id).update(failures=0, backoff_until=None, paused_reason=None)


def back_off(store_id: int, *, chance: float, now: datetime) -> None:
    """Something of our own went wrong with this lane: leave it alone for a while."""
    lane = Lane.objects.filter(store_id=store_id).first()
    if lane is None:  # the store was removed
        return
    pause = backoff(lane.failures + 1, chance=chance)
    Lane.objects.filter(store_id=store_id).update(failures=lane.failures + 1, backoff_until=now + pause)
