"""What the outbox lets go of in time: what messages hold, then the messages, then the keys that are left empty.

Nothing that is live, failed or held is touched. Each function works inside the caller's transaction on the rows it is
given, and locks them first.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from ebexo.outbox.models import Attempt, Key, Message
from ebexo.outbox.states import State

DONE_WITH = (State.DELIVERED, State.WITHHELD, State.SUPERSEDED, State.DISCARDED)
"""Final, and nobody has to decide anything about it."""
EMPTY_KEYS = Q(head_seq__gt=F("tail_seq")) & ~Q(Exists(Message.objects.filter(key=OuterRef("pk"))))
"""Keys in which nothing waits and to which no message belongs any more: numbers may begin anew."""

_tries = Attempt.messages.through


def with_contents(*, done_before: datetime) -> Q:
    """Messages done with before that moment of which a payload or an answer is kept."""
    answers = _with_answers(done_before=done_before).filter(messages=OuterRef("pk"))
    return _done(done_before) & (Q(payload__isnull=False) | Q(Exists(answers)))


def drop_contents(messages: QuerySet[Message], *, done_before: datetime) -> int:
    """Drop payloads and answers of these messages; that they were, and what became of them, stays."""
    found = _locked(messages)
    answers = _with_answers(done_before=done_before).filter(messages__in=found)
    Attempt.objects.filter(pk__in=list(answers.values_list("pk", flat=True))).update(excerpt=None, error=None)
    return Message.objects.filter(pk__in=found).update(payload=None)


def known_long_enough(*, done_before: datetime) -> Q:
    """Messages done with before that moment. One of which it is unknown whether it arrived is not done with."""
    return _done(done_before) & Q(in_doubt=False)


def drop_messages(messages: QuerySet[Message], *, first: Callable[[Sequence[int]], None]) -> int:
    """Delete these messages with their attempts; their ids are unknown from then on.

    `first` is called with their numbers before they go.
    """
    found = _locked(messages)
    first(found)
    links = _tries.objects.filter(message_id__in=found)
    attempts = set(links.values_list("attempt_id", flat=True))
    links.delete()
    others = Exists(_tries.objects.filter(attempt_id=OuterRef("pk")))
    Attempt.objects.filter(~others, pk__in=attempts).delete()
    Message.objects.filter(pk__in=found).delete()
    return len(found)


def drop_keys(keys: QuerySet[Key]) -> int:
    """Delete those of these keys that are empty. A key that is being written to right now stays."""
    locked = list(keys.order_by("pk").select_for_update(skip_locked=True).values_list("pk", flat=True))
    # Asked once more: what was put in before the rows were locked is seen only by a statement begun after.
    empty = list(Key.objects.filter(EMPTY_KEYS, pk__in=locked).values_list("pk", flat=True))
    Key.objects.filter(pk__in=empty).delete()
    return len(empty)


def _done(before: datetime) -> Q:
    return Q(state__in=DONE_WITH, done_at__lt=before)


def _with_answers(*, done_before: datetime) -> QuerySet[Attempt]:
    """Attempts of which an answer is kept though every message they carried is done with."""
    still_needed = _tries.objects.filter(attempt_id=OuterRef("pk")).exclude(
        message__state__in=DONE_WITH, message__done_at__lt=done_before
    )
    return Attempt.objects.filter(~Exists(still_needed)).exclude(excerpt=None, error=None)


def _locked(messages: QuerySet[Message]) -> list[int]:
    return list(messages.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
