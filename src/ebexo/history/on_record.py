"""What of a part SALESmanago was told before, or is about to be told, or need not be told."""

from collections.abc import Iterable, Mapping

from ebexo.contacts.knowledge import Known
from ebexo.contacts.models import Contact
from ebexo.delivery.errand import fates_of
from ebexo.events import EventType, StoreEvent
from ebexo.history.states import RowVerdict, Verdict
from ebexo.ingest.arrival import topic_of
from ebexo.orders.ledger import Fate
from ebexo.orders.models import Order, Step
from ebexo.orders.steps import Kind, OrderReason
from ebexo.outbox.models import IS_LIVE, Message
from ebexo.outbox.states import MessageKind
from ebexo.standing import key_of
from ebexo.stores.models import Account, PurchaseCounts


def customers_on_their_way(
    contacts: Mapping[int, Contact], known: Mapping[int, Known], *, store_id: int
) -> dict[int, RowVerdict]:
    """Which of these people, by the numbers of their rows, were sent before, or wait to be sent as history."""
    keys = {key_of(contact): number for number, contact in contacts.items() if contact.pk > 0}
    waiting = Message.objects.filter(
        IS_LIVE,
        store_id=store_id,
        kind=MessageKind.HISTORY,
        type=EventType.CUSTOMER_UPDATED,
        key__key__in=list(keys),
    )
    on_their_way = set(waiting.values_list("key__key", flat=True)) if keys else set()
    return {
        number: RowVerdict(number, Verdict.ALREADY_SENT)
        for number, contact in contacts.items()
        if (contact.pk in known and known[contact.pk].sent) or key_of(contact) in on_their_way
    }


def orders_on_record(events: Mapping[int, StoreEvent], *, account: Account) -> dict[int, RowVerdict]:
    """Which of these orders, by the numbers of their rows, are in the ledger or wait, and which don't count."""
    orders = {event.order.number: number for number, event in events.items() if event.order}
    rows = Order.objects.filter(store_id=account.store_id, number__in=list(orders))
    there = {row.number: row for row in rows}
    told = _told({row.pk for row in there.values()}, remote=account.remote)
    waiting = _waiting(events.values(), store_id=account.store_id)
    counts_when_paid = account.purchase_counts == PurchaseCounts.PAID
    found = {}
    for order, number in orders.items():
        row, event = there.get(order), events[number]
        if (row and row.pk in told) or topic_of(event) in waiting:
            found[number] = RowVerdict(number, Verdict.ALREADY_SENT)
        elif row and row.called_off_at is not None:
            found[number] = RowVerdict(number, Verdict.WITHHELD, OrderReason.CANCELLED)
        elif counts_when_paid and event.type is EventType.ORDER_PLACED:
            found[number] = RowVerdict(number, Verdict.WITHHELD, OrderReason.DOES_NOT_COUNT)
    return found


def _told(orders: Iterable[int], *, remote: str) -> set[int]:
    """Those of these rows of the ledger whose purchase is told, is being told, or may have been told."""
    steps = list(Step.objects.filter(order__in=orders, remote=remote, kind=Kind.PURCHASE))
    open_steps = {step.message for step in steps if step.told_at is None and not step.is_held}
    fates = fates_of(open_steps)
    return {step.order_id for step in steps if fates.get(step.message) is not Fate.UNTOLD}


def _waiting(events: Iterable[StoreEvent], *, store_id: int) -> set[str]:
    """The topics of those orders of which a purchase waits to be told."""
    topics = [topic_of(event) for event in events]
    waiting = Message.objects.filter(
        IS_LIVE,
        store_id=store_id,
        topic__in=topics,
        type__in=(EventType.ORDER_PLACED, EventType.ORDER_PAID),
    )
    return set(waiting.values_list("topic", flat=True)) if topics else set()
