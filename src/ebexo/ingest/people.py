"""What is known of one person, as a store asks for it."""

from typing import Any

from ebexo.contacts.known import known
from ebexo.contacts.models import Kind
from ebexo.contacts.resolve import find
from ebexo.outbox.models import IS_LIVE, Message
from ebexo.standing import key_of
from ebexo.stores.models import Account


def person(store_id: int, *, email: str | None, customer_id: str | None) -> dict[str, Any] | None:
    """Contact id and status at SALESmanago (null before anything was told) and how many events wait.

    None for somebody this store never told of, and for somebody who asked to be forgotten.
    """
    kind, value = (Kind.EMAIL, email.strip()) if email else (Kind.CUSTOMER, (customer_id or "").strip())
    contact = find(store_id, kind=kind.value, value=value)
    if contact is None or contact.erased_at is not None:
        return None
    account = Account.objects.get(store_id=store_id)
    told = known(contact.pk, remote=account.remote)
    return {
        "contact_id": told.contact_id if told else None,
        "status": told.status if told else None,
        "waiting": Message.objects.filter(IS_LIVE, store_id=store_id, key__key=key_of(contact)).count(),
    }
