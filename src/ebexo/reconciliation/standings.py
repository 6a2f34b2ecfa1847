"""How orders stand with us, by their numbers: what the ledger of orders and the outbox know of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from django.db import connection

from ebexo.ingest.arrival import topic_of_order
from ebexo.orders.models import Step
from ebexo.orders.steps import Kind
from ebexo.outbox.states import State
from ebexo.reconciliation.comparing import Known, Standing

AT_ONCE = 500
STANDINGS = {
    State.DELIVERED: Standing.ACKNOWLEDGED,
    State.WAITING: Standing.WAITING,
    State.IN_FLIGHT: Standing.WAITING,
    State.HELD: Standing.FAILED,
    State.FAILED: Standing.FAILED,
    State.DISCARDED: Standing.FAILED,
    State.WITHHELD: Standing.WITHHELD,
    State.SUPERSEDED: Standing.WITHHELD,
}
RANKS = (Standing.WITHHELD, Standing.FAILED, Standing.WAITING, Standing.ACKNOWLEDGED)
"""Of an order that was told twice (placed, then paid), what counts is the last of these."""
# The condition of the index stands in the statement word by word: as a parameter it would not be recognised.
_MESSAGES = """
    SELECT topic, id, state, reason FROM ebexo_outbox_message
    WHERE store_id = %s AND type IN ('order.placed', 'order.paid') AND topic IN ({marks})
    ORDER BY id
"""


@dataclass(frozen=True)
class _Message:
    number: int
    state: str
    reason: str | None

    @property
    def known(self) -> Known:
        return Known(STANDINGS[State(self.state)], self.reason, self.number)


def standings(store_id: int, numbers: Sequence[str]) -> dict[str, Known]:
    """What we know of these orders of the store. One that is not among them was never told."""
    found: dict[str, Known] = {}
    for start in range(0, len(numbers), AT_ONCE):
        found |= _standings(store_id, numbers[start : start + AT_ONCE])
    return found


def _standings(store_id: int, numbers: Sequence[str]) -> dict[str, Known]:
    found: dict[str, Known] = {}
    for number, message in _messages(store_id, numbers):
        former = found.get(number)
        if former is None or _rank(message.known) >= _rank(former):
            found[number] = message.known
    for number, step in _told_purchases(store_id, numbers):
        former = found.get(number, Known(Standing.ACKNOWLEDGED, message=step.message))
        found[number] = replace(former, standing=Standing.ACKNOWLEDGED, reason=None, amount=step.amount)
    return found


def _messages(store_id: int, numbers: Sequence[str]) -> Iterator[tuple[str, _Message]]:
    topics = {topic_of_order(number): number for number in numbers}
    with connection.cursor() as cursor:
        sql = _MESSAGES.format(marks=", ".join(["%s"] * len(topics)))
        cursor.execute(sql, [store_id, *topics])
        for topic, number, state, reason in cursor.fetchall():
            yield topics[topic], _Message(number, state, reason)


def _told_purchases(store_id: int, numbers: Sequence[str]) -> Iterator[tuple[str, Step]]:
    steps = Step.objects.filter(
        order__store_id=store_id, order__number__in=numbers, kind=Kind.PURCHASE, told_at__isnull=False
    )
    for step in steps.select_related("order").order_by("pk"):
        yield step.order.number, step


def _rank(known: Known) -> int:
    return RANKS.index(known.standing)
