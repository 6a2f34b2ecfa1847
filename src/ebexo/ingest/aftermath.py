"""What an erasure does to what is here already."""

from ebexo.carts.models import Cart
from ebexo.consents import ledger
from ebexo.consents.gate import Reason, Withhold
from ebexo.consents.judging import judge
from ebexo.contacts import erasing
from ebexo.contacts.hashes import person_hash
from ebexo.contacts.knowledge import Known
from ebexo.contacts.known import known
from ebexo.contacts.models import Acquaintance, Contact
from ebexo.events import Customer, EventType, StoreEvent
from ebexo.orders.models import Order
from ebexo.outbox import withholding
from ebexo.outbox.models import Message
from ebexo.outbox.put import NewMessage, put, put_withheld
from ebexo.standing import doubt_about, key_of
from ebexo.stores.models import Account


def erase(message: NewMessage, event: StoreEvent, *, account: Account, contact: Contact) -> Message:
    """Forget the person here, and queue the deletion there if they were sent.

    The deletion keeps its place behind what is being sent at this moment. Until it is done its message holds the
    addresses by which SALESmanago may know the person, and nothing else of them is left. Whoever is erased already,
    or came back after this erasure, is left as they are.
    """
    if erasing.is_forgotten(contact, event):
        erasing.forget_anew(contact, erased_at=event.occurred_at)
        return put_withheld(contact.store_id, message, reason=Reason.ERASED)
    told = known(contact.pk, remote=account.remote)
    deletion = _deletion(event, told, contact)
    waiting = withholding.waiting_of(contact.store_id, key=key_of(contact))
    letters = [other for other in waiting if other.type != EventType.CUSTOMER_ERASED]
    letters += withholding.held_of(contact.store_id, key=key_of(contact))
    withholding.withhold(letters, reason=Reason.ERASED, person_of=None, now=message.accepted_at)
    verdict = judge(
        event, account=account, contact=contact, known=told, may_be_there=doubt_about(contact)
    ).verdict
    _forget(contact, event)
    if isinstance(verdict, Withhold):
        return put_withheld(contact.store_id, message, reason=verdict.reason)
    return put(contact.store_id, message, key=key_of(contact), payload=deletion.canonical())


def _forget(contact: Contact, event: StoreEvent) -> None:
    emails = {
        event.person.email,
        *Acquaintance.objects.filter(contact=contact).values_list("email", flat=True),
    }
    hashes = [person_hash("email", email) for email in emails]
    withholding.forget(contact.store_id, key=key_of(contact), person_hashes=hashes)
    erasing.forget(contact, erased_at=event.occurred_at)
    ledger.forget(contact)
    Cart.objects.filter(contact=contact).delete()
    Order.objects.filter(contact=contact).delete()


def _deletion(event: StoreEvent, told: Known | None, contact: Contact) -> StoreEvent:
    """The addresses are the one that was told and the one that is being told, as far as there are such."""
    emails = [told.email] if told else []
    for unsettled in withholding.unsettled_of(contact.store_id, key=key_of(contact)):
        if unsettled.payload:
            customer = StoreEvent.model_validate_json(unsettled.payload).customer
            emails += (
                [email for email in (customer.email, customer.previous_email) if email] if customer else []
            )
    first, *others = dict.fromkeys([*emails, event.person.email])
    customer = Customer(email=first, previous_email=others[0] if others else None)
    return StoreEvent(id=event.id, type=event.type, occurred_at=event.occurred_at, customer=customer)
