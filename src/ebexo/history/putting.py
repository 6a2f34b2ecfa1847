"""What the rows of a part leave behind: decisions, orders in the ledger, and messages in the outbox."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from ebexo.as_stored import moment
from ebexo.consents.judging import withdrawn_at
from ebexo.consents.ledger import record_new
from ebexo.contacts.erasing import answers_to_keep, note_opt_out
from ebexo.contacts.gathering import Gathering
from ebexo.contacts.models import Contact
from ebexo.contacts.resolve import resolve
from ebexo.events import ConsentAnswer, Customer, EventType, StoreEvent
from ebexo.history.judging import Judged
from ebexo.history.states import Verdict
from ebexo.ingest.receive import receive_told
from ebexo.ingest.told import Told, read
from ebexo.orders.models import Order
from ebexo.outbox.put_all import Queued, put_all
from ebexo.outbox.states import MessageKind
from ebexo.secrets import keyed_hash
from ebexo.standing import key_of
from ebexo.statements import change
from ebexo.stores.models import Account, PurchaseCounts, Store


def put_rows(judged: Sequence[Judged], *, store: Store, account: Account, now: datetime) -> None:
    """Keep what these rows decide, and queue what is new. Call it inside the transaction that judged them.

    Raises IntegrityError where one of the people arrived at the same moment: then none of it may be kept.
    """
    for one in judged:
        if one.withdraws and one.event:
            receive_told(store, read(_withdrawal(one.event), now=now))
    answers = {one.row.number: _answers(one) for one in judged}
    told = [
        (one, one.event)
        for one in judged
        if one.event and (one.verdict.verdict is Verdict.NEW or answers[one.row.number])
    ]
    contacts = _contacts([event for _, event in told], store_id=store.pk)
    for one, event in told:
        if answers[one.row.number]:
            note_opt_out(contacts[event.id], at=withdrawn_at(event, account))
    record_new(
        [(contacts[event.id], answer) for one, event in told for answer in answers[one.row.number]],
        store_id=store.pk,
    )
    new = [event for one, event in told if one.verdict.verdict is Verdict.NEW]
    _note_orders(new, contacts, account=account)
    put_all(store.pk, [_queued(event, contacts[event.id], now=now) for event in new])


def _withdrawal(event: StoreEvent) -> StoreEvent:
    """It is no history: whoever says no is taken off now."""
    customer = Customer(id=event.person.id, email=event.person.email)
    return event.model_copy(update={"type": EventType.CONSENT_CHANGED, "customer": customer})


def _answers(one: Judged) -> list[ConsentAnswer]:
    """The decisions of a row that are kept, whether the row is told or not."""
    if one.event is None or one.contact is None or one.withdraws:
        return []
    return answers_to_keep(one.contact, one.event)


def _contacts(events: Sequence[StoreEvent], *, store_id: int) -> dict[str, Contact]:
    """The people of these events, by the ids of the events; who is new is stored."""
    if not events:
        return {}
    gathering = Gathering(store_id, [event.person for event in events])
    found = {event.id: gathering.person(event.person, occurred_at=event.occurred_at) for event in events}
    gathering.save()
    return {
        event.id: found[event.id] or resolve(store_id, event.person, occurred_at=event.occurred_at)
        for event in events
    }


_BOUGHT = "UPDATE ebexo_contacts_contact SET bought_at = %s WHERE id = %s"


def _note_orders(events: Iterable[StoreEvent], contacts: Mapping[str, Contact], *, account: Account) -> None:
    """The orders are in the ledger, and their people have bought. A past order takes no cart of today."""
    orders = [(event, event.order, contacts[event.id]) for event in events if event.order]
    rows = [
        Order(store_id=account.store_id, contact=contact, number=order.number) for _, order, contact in orders
    ]
    Order.objects.bulk_create(rows, ignore_conflicts=True)
    buyers: dict[int, Contact] = {}
    for event, _, contact in orders:
        counts = event.type is EventType.ORDER_PAID or account.purchase_counts != PurchaseCounts.PAID
        if counts and (contact.bought_at is None or contact.pk in buyers):
            contact.bought_at = min(contact.bought_at or event.occurred_at, event.occurred_at)
            buyers[contact.pk] = contact
    change(_BOUGHT, [(moment(buyer.bought_at), buyer.pk) for buyer in buyers.values()])


def _queued(event: StoreEvent, contact: Contact, *, now: datetime) -> Queued:
    payload = event.canonical()
    told = Told(event, payload, sha=keyed_hash("payload", payload), accepted_at=now)
    message = replace(told.message(), kind=MessageKind.HISTORY)
    return Queued(message, key=key_of(contact), payload=payload)
