"""The numbers of the start page."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max

from ebexo.outbox.models import Message
from ebexo.outbox.states import LIVE_STATES, State


@dataclass(frozen=True)
class Numbers:
    waiting: int  # also what is being sent right now
    sent_today: int
    withheld: int
    failed: int  # also what somebody has to decide about
    last_success_at: datetime | None


def numbers_of(store_id: int, *, midnight: datetime) -> Numbers:
    """A store's numbers; `midnight` is when its day began."""
    messages = Message.objects.filter(store_id=store_id)
    counts = dict(messages.order_by().values_list("state").annotate(Count("pk")))
    delivered = messages.filter(state=State.DELIVERED)
    return Numbers(
        waiting=sum(counts.get(state, 0) for state in LIVE_STATES),
        sent_today=delivered.filter(done_at__gte=midnight).count(),
        withheld=counts.get(State.WITHHELD, 0),
        failed=counts.get(State.FAILED, 0) + counts.get(State.HELD, 0),
        last_success_at=delivered.aggregate(last=Max("done_at"))["last"],
    )
