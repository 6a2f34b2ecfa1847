"""The messages of a store, newest first, a page at a time.

A page is found from the place where the former one ended, however many messages there are; an index answers each of
its statements.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import QuerySet

from ebexo.outbox.models import IS_LIVE, Message
from ebexo.outbox.states import LIVE_STATES, State

A_PAGE = 50
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_COLUMNS = (
    *("event_id", "type", "payload", "accepted_at", "state", "reason", "in_doubt"),
    *("person_masked", "done_at", "store_id"),
)


@dataclass(frozen=True)
class Place:
    """Where a page ended: moment and number of its last message."""

    moment: datetime
    number: int

    def __str__(self) -> str:
        return f"{(self.moment - _EPOCH) // timedelta(microseconds=1)}-{self.number}"

    @classmethod
    def read(cls, text: str) -> "Place | None":
        """What `str` made of it; None for anything else."""
        moment, _dash, number = text.partition("-")
        if not all(part.isdecimal() and part.isascii() and len(part) <= 16 for part in (moment, number)):
            return None
        return cls(_EPOCH + timedelta(microseconds=int(moment)), int(number))


@dataclass(frozen=True)
class Wanted:
    """Which messages: of these states (none: of all), of this type, from `since` until before `until`.

    The moments are those at which a message ended; where messages that wait are wanted, or all, those at which they
    came in.
    """

    states: tuple[State, ...] = ()
    type: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def moment(self) -> str:
        """The column of the moments that count."""
        return "accepted_at" if not self.states or self.states == LIVE_STATES else "done_at"


@dataclass(frozen=True)
class Listed:
    """One page. `place` is where the next one begins; None where there is none."""

    messages: Sequence[Message]
    place: Place | None


def page_of(store_id: int, wanted: Wanted, *, after: Place | None = None) -> Listed:
    """The messages that follow the place `after`, at most a page of them."""
    found = [
        message for state in wanted.states or (None,) for message in _newest(store_id, wanted, state, after)
    ]
    found.sort(key=lambda message: (getattr(message, wanted.moment), message.pk), reverse=True)
    page = found[:A_PAGE]
    if len(found) <= A_PAGE:
        return Listed(page, None)
    return Listed(page, Place(getattr(page[-1], wanted.moment), page[-1].pk))


def _newest(
    store_id: int, wanted: Wanted, state: State | None, after: Place | None
) -> QuerySet[Message, Message]:
    """One more than fit on a page, so that it is known whether another one follows."""
    moment = wanted.moment
    messages = Message.objects.filter(store_id=store_id)
    if state:
        of_state = messages.filter(state=state)
        messages = (
            of_state.filter(IS_LIVE) if state in LIVE_STATES else of_state.filter(done_at__isnull=False)
        )
    if wanted.type:
        messages = messages.filter(type=wanted.type)
    if wanted.since:
        messages = messages.filter(**{f"{moment}__gte": wanted.since})
    if wanted.until:
        messages = messages.filter(**{f"{moment}__lt": wanted.until})
    if after:
        before = messages.filter(**{f"{moment}__lte": after.moment})
        messages = before.exclude(**{moment: after.moment, "pk__gte": after.number})
    return messages.only(*_COLUMNS).order_by(f"-{moment}", "-pk")[: A_PAGE + 1]
