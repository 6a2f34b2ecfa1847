"""Writing down what became of messages that were sent, in one short transaction under the lane's epoch."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from ebexo.as_stored import as_json, moment
from ebexo.failpoints import failpoint
from ebexo.outbox.bell import announce
from ebexo.outbox.claim import Claimed
from ebexo.outbox.counting import count_settled
from ebexo.outbox.heads import move_heads_on
from ebexo.outbox.lease import Lease, LeaseLost
from ebexo.outbox.models import Attempt, Key, Lane, Message
from ebexo.outbox.put import next_place
from ebexo.outbox.retry import POISON_AFTER, backoff, is_expired
from ebexo.outbox.states import LIVE_STATES, LaneVerdict, Outcome, State
from ebexo.statements import Rows, change, change_some

Settled = tuple[Claimed, Outcome]
_HELD = Rows(Lane, "store_id = {} AND epoch = {}", locked=True)


def settle(lease: Lease, outcomes: Sequence[Settled], *, verdict: LaneVerdict | None, now: datetime) -> None:
    """Record every outcome and move the contacts on. Raises LeaseLost, and then nothing is written."""
    with transaction.atomic():
        lane = _HELD.first(lease.store_id, lease.epoch)
        if lane is None:
            raise LeaseLost
        _settle_attempts(outcomes, now=now)
        for claimed, outcome in outcomes:
            _apply(claimed.message, outcome, now=now)
        _write([claimed.message for claimed, _ in outcomes])
        _line_up(outcomes, now=now)
        if verdict:
            _settle_lane(lane, verdict, now=now)
        transaction.on_commit(partial(count_settled, outcomes, now=now))
        failpoint("settling")


@dataclass
class Call:
    """What an attempt came to, put together from the outcomes of its messages."""

    kinds: set[str]
    told: Outcome

    @property
    def kind(self) -> str:
        return self.kinds.pop() if len(self.kinds) == 1 else "partly"


def _settle_attempts(outcomes: Iterable[Settled], *, now: datetime) -> None:
    calls: dict[int, Call] = {}
    for claimed, outcome in outcomes:
        if claimed.attempt_id is not None:
            call = calls.setdefault(claimed.attempt_id, Call(set(), outcome))
            call.kinds.add(outcome.kind)
            tells_more = outcome.error or not call.told.was_called
            call.told = outcome if tells_more else call.told
    never_made = [attempt_id for attempt_id, call in calls.items() if not call.told.was_called]
    if never_made:
        Attempt.objects.filter(pk__in=never_made).delete()
    made = [(attempt_id, call) for attempt_id, call in calls.items() if call.told.was_called]
    change(_END_ATTEMPT, [_ended(attempt_id, call, now=now) for attempt_id, call in made])


_END_ATTEMPT = """
    UPDATE ebexo_outbox_attempt SET
        finished_at = %s, outcome = %s, http_status = %s, error = %s, retry_after = %s, excerpt = %s
    WHERE id = %s
"""


def _ended(attempt_id: int, call: Call, *, now: datetime) -> Sequence[object]:
    outcome = call.told
    error, excerpt = outcome.error and outcome.error[:500], outcome.excerpt and outcome.excerpt[:2000]
    return (moment(now), call.kind, outcome.http_status, error, outcome.retry_after, excerpt, attempt_id)


def _apply(message: Message, outcome: Outcome, *, now: datetime) -> None:
    """What the outcome makes of the message, in memory."""
    message.state, message.reason = outcome.state, outcome.reason
    was_in_doubt = message.in_doubt and not outcome.settles_doubt
    message.in_doubt = outcome.in_doubt or (was_in_doubt and outcome.state != State.DELIVERED)
    message.notes = sorted({*message.notes, *outcome.notes})
    message.largest_batch = outcome.largest_batch or message.largest_batch
    if outcome.broke:
        message.crash_reclaims += 1
    elif outcome.was_called:
        message.crash_reclaims = 0
    else:
        message.attempts -= 1
    if message.state == State.WAITING and not outcome.moves_to:
        _give_up_if_hopeless(message, now=now)
    if message.state in LIVE_STATES:
        return
    message.done_at = now
    if outcome.drops_payload or outcome.person:
        message.payload = None
    if outcome.person:
        message.person_hash, message.person_masked = outcome.person


def _give_up_if_hopeless(message: Message, *, now: datetime) -> None:
    if message.crash_reclaims >= POISON_AFTER:
        message.state, message.reason = State.FAILED, "poison"
    elif is_expired(accepted_at=message.accepted_at, attempts=message.attempts, now=now):
        message.state, message.reason = State.FAILED, "expired"


_UPDATE = """
    UPDATE ebexo_outbox_message SET
        state = %s, reason = %s, in_doubt = %s, largest_batch = %s, crash_reclaims = %s, attempts = %s,
        person_hash = %s, person_masked = %s, done_at = %s, notes = %s
    WHERE id IN ({})
"""
_DROP_PAYLOAD = "UPDATE ebexo_outbox_message SET payload = NULL WHERE id IN ({})"


def _write(messages: Sequence[Message]) -> None:
    """Messages of one call mostly end alike: those are one statement."""
    alike: defaultdict[tuple[Any, ...], list[int]] = defaultdict(list)
    for message in messages:
        alike[_end(message)].append(message.pk)
    rows = [(_values(end), numbers) for end, numbers in alike.items()]
    change(_UPDATE.format("%s"), [[*values, *numbers] for values, numbers in rows if len(numbers) == 1])
    for values, numbers in rows:
        if len(numbers) > 1:
            change_some(_UPDATE, values, numbers)
    change_some(_DROP_PAYLOAD, [], [message.pk for message in messages if message.payload is None])


def _end(message: Message) -> tuple[Any, ...]:
    return (
        message.state,
        message.reason,
        message.in_doubt,
        message.largest_batch,
        message.crash_reclaims,
        message.attempts,
        message.person_hash,
        message.person_masked,
        message.done_at,
        tuple(message.notes),
    )


def _values(end: tuple[Any, ...]) -> Sequence[object]:
    *others, done_at, notes = end
    return (*others, moment(done_at), as_json(notes))


def _line_up(outcomes: Iterable[Settled], *, now: datetime) -> None:
    """Contacts whose head is final go on to the next message; the others wait as long as their outcome says."""
    final = []
    for claimed, outcome in outcomes:
        if claimed.message.state not in LIVE_STATES:
            final.append(claimed.key_id)
        elif outcome.moves_to:
            _move(claimed, outcome.moves_to)
        else:
            Key.objects.filter(pk=claimed.key_id).update(due_at=now + outcome.delay)
    move_heads_on(final)


def _move(claimed: Claimed, key: str) -> None:
    """To the end of another contact's key: it turned out whose message it is."""
    message = claimed.message
    place = next_place(message.store_id, key, kind=message.kind)
    message.key_id, message.key_seq = place.key_id, place.seq
    message.save(update_fields=["key_id", "key_seq"])
    place.take(message)
    move_heads_on([claimed.key_id])


def _settle_lane(lane: Lane, verdict: LaneVerdict, *, now: datetime) -> None:
    if verdict == LaneVerdict(works=True) and lane.is_well:
        return
    until = now + verdict.backoff if verdict.backoff is not None else None
    if (
        lane.backoff_until and lane.backoff_until > now
    ):  # this call had begun before another one told us to wait
        if until is None:
            return
        lane.backoff_until = max(lane.backoff_until, until)
        lane.paused_reason = verdict.pause or lane.paused_reason
    else:
        lane.failures = 0 if verdict.works else lane.failures + 1
        lane.backoff_until = until
        lane.paused_reason = verdict.pause
    lane.save(update_fields=["failures", "backoff_until", "paused_reason"])


def resume(store_id: int) -> None:
    """The store's settings were saved: try at once, whatever went wrong before."""
    Lane.objects.filter(store_id=store_id).update(failures=0, backoff_until=None, paused_reason=None)
    announce(store_id)


def back_off(store_id: int, *, chance: float, now: datetime) -> None:
    """Something of our own went wrong with this lane: leave it alone for a while."""
    lane = Lane.objects.filter(store_id=store_id).first()
    if lane is None:  # the store was removed
        return
    pause = backoff(lane.failures + 1, chance=chance)
    Lane.objects.filter(store_id=store_id).update(failures=lane.failures + 1, backoff_until=now + pause)
