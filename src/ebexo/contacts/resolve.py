"""Finding the contact that a store event speaks of, or making one."""

from datetime import datetime

from django.db import connection

from ebexo.contacts.hashes import person_hash
from ebexo.contacts.models import Contact, Identity, Kind
from ebexo.events import Customer
from ebexo.statements import Rows

_NAMED = Rows(
    Identity,
    "ebexo_contacts_identity.store_id = {} AND kind IN ({}) AND digest IN ({})",  # the index is on all three
    follow="contact",
)
_WHO = """
    SELECT kind, digest, contact_id FROM ebexo_contacts_identity
    WHERE store_id = %s AND kind IN ('customer', 'email') AND digest IN ({})
"""
_CONTACTS = Rows(Contact, "id IN ({})")

Name = tuple[str, str]
"""What somebody is recognised by: the kind and its keyed hash."""


def resolve(store_id: int, customer: Customer, *, occurred_at: datetime) -> Contact:
    """The contact of this customer; their e-mail and customer id lead to it from now on.

    The e-mail decides before the customer id, and the former e-mail comes last: SALESmanago knows people by their
    address, so two customer accounts with one address are one contact there and must share one order of messages.
    Call it inside a transaction.
    """
    email, number = names_of(customer)
    former = _name(Kind.EMAIL, customer.previous_email) if customer.previous_email else None
    found = identities(store_id, [name for name in (email, number, former) if name])
    contact = _chosen(found, email=email, number=number, former=former, occurred_at=occurred_at)
    if contact is None:
        contact = Contact.objects.create(store_id=store_id, email_at=occurred_at)
        _add(contact, email)
    elif email not in found:
        _take_email(contact, email, occurred_at=occurred_at)
    if number and number not in found:
        _add(contact, number)
    elif number and found[number].contact_id != contact.pk:
        Identity.objects.filter(pk=found[number].pk).update(contact=contact)
    return contact


def names_of(customer: Customer) -> tuple[Name, Name | None]:
    """By their e-mail, and by their customer id if they have one."""
    return _name(Kind.EMAIL, customer.email), _name(Kind.CUSTOMER, customer.id) if customer.id else None


def identities(store_id: int, names: list[Name]) -> dict[Name, Identity]:
    """Whoever of this store is recognised by these names."""
    kinds, digests = sorted({kind for kind, _ in names}), [digest for _, digest in names]
    return {(row.kind, row.digest): row for row in _NAMED.found(store_id, kinds, digests)}


def people(store_id: int, names: list[Name]) -> dict[Name, Contact]:
    """The same, told by the contacts alone; each of them is there once."""
    marks = ", ".join(["%s"] * len(names))
    with connection.cursor() as cursor:
        cursor.execute(_WHO.format(marks), [store_id, *(digest for _, digest in names)])
        numbers = {(kind, digest): number for kind, digest, number in cursor.fetchall()}
    contacts = {contact.pk: contact for contact in _CONTACTS.found(sorted(set(numbers.values())))}
    return {name: contacts[number] for name, number in numbers.items()}


def _name(kind: Kind, value: str) -> Name:
    return kind.value, person_hash(kind.value, value)


def _chosen(
    found: dict[Name, Identity],
    *,
    email: Name,
    number: Name | None,
    former: Name | None,
    occurred_at: datetime,
) -> Contact | None:
    """A late event may tell an address that belongs to the next person by now: then the customer id decides."""
    of_email, of_number = found.get(email), found.get(number) if number else None
    if of_email and of_number and occurred_at < of_email.contact.email_at:
        return of_number.contact
    first = of_email or of_number or (found.get(former) if former else None)
    return first.contact if first else None


def find(store_id: int, *, kind: str, value: str) -> Contact | None:
    """The contact recognised by this customer id or e-mail, if there is one."""
    return find_hashed(store_id, kind=kind, digest=person_hash(kind, value))


def find_hashed(store_id: int, *, kind: str, digest: str) -> Contact | None:
    """The same, by what `person_hash` made of it."""
    identity = (
        Identity.objects.filter(store_id=store_id, kind=kind, digest=digest).select_related("contact").first()
    )
    return identity.contact if identity else None


def _add(contact: Contact, name: Name) -> None:
    Identity.objects.create(store_id=contact.store_id, kind=name[0], digest=name[1], contact=contact)


def _take_email(contact: Contact, email: Name, *, occurred_at: datetime) -> None:
    """The contact has this address from `occurred_at` on, unless a later event told another one already."""
    # no_key: others may go on adding rows that point to this contact; they would be waited for in a circle
    locked = Contact.objects.select_for_update(no_key=True).get(pk=contact.pk)
    if occurred_at < locked.email_at:
        return
    if locked.erased_at is None:  # a suppression list gives no address up
        Identity.objects.filter(contact=contact, kind=Kind.EMAIL).delete()
    _add(contact, email)
    Contact.objects.filter(pk=contact.pk).update(email_at=occurred_at)
