"""Finding the contact that a store event speaks of, or making one."""

from datetime import datetime

from ebexo.contacts.hashes import person_hash
from ebexo.contacts.models import Contact, Identity, Kind
from ebexo.events import Customer


def resolve(store_id: int, customer: Customer, *, occurred_at: datetime) -> Contact:
    """The contact of this customer; their e-mail and customer id lead to it from now on.

    The e-mail decides before the customer id, and the former e-mail comes last: SALESmanago knows people by their
    address, so two customer accounts with one address are one contact there and must share one order of messages.
    Call it inside a transaction.
    """
    email = (Kind.EMAIL.value, person_hash("email", customer.email))
    number = (Kind.CUSTOMER.value, person_hash("customer", customer.id)) if customer.id else None
    former = (
        (Kind.EMAIL.value, person_hash("email", customer.previous_email)) if customer.previous_email else None
    )
    names = [name for name in (email, number, former) if name]
    found = _identities(store_id, names)
    contact = next((found[name].contact for name in names if name in found), None)
    if contact is None:
        contact = Contact.objects.create(store_id=store_id, email_at=occurred_at)
    if email not in found:
        _take_email(contact, email[1], occurred_at=occurred_at)
    if number and (number not in found or found[number].contact_id != contact.pk):
        Identity.objects.update_or_create(
            store_id=store_id, kind=number[0], digest=number[1], defaults={"contact": contact}
        )
    return contact


def find(store_id: int, *, kind: str, value: str) -> Contact | None:
    """The contact recognised by this customer id or e-mail, if there is one."""
    digest = person_hash(kind, value)
    identity = (
        Identity.objects.filter(store_id=store_id, kind=kind, digest=digest).select_related("contact").first()
    )
    return identity.contact if identity else None


def _identities(store_id: int, names: list[tuple[str, str]]) -> dict[tuple[str, str], Identity]:
    rows = Identity.objects.filter(store_id=store_id, digest__in=[digest for _, digest in names])
    return {(row.kind, row.digest): row for row in rows.select_related("contact")}


def _take_email(contact: Contact, digest: str, *, occurred_at: datetime) -> None:
    """The contact has this address from `occurred_at` on, unless a later event told another one already."""
    if occurred_at < contact.email_at:
        return
    Identity.objects.filter(contact=contact, kind=Kind.EMAIL).delete()
    Identity.objects.create(store_id=contact.store_id, kind=Kind.EMAIL, digest=digest, contact=contact)
    Contact.objects.filter(pk=contact.pk).update(email_at=occurred_at)
