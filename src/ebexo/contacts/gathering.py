"""Finding the contacts of many store events together."""

from collections.abc import Iterable
from datetime import datetime

from ebexo.contacts.models import Contact, Identity
from ebexo.contacts.resolve import Name, names_of, people
from ebexo.events import Customer
from ebexo.statements import insert_all


class Gathering:
    """The people of these customers, looked up with two statements and added with two. Use it inside a transaction."""

    def __init__(self, store_id: int, customers: Iterable[Customer]) -> None:
        self._names = {id(customer): names_of(customer) for customer in customers}
        names = dict.fromkeys(name for found in self._names.values() for name in found if name)
        self._store_id = store_id
        self._people = people(store_id, list(names))
        self._contacts: list[Contact] = []
        self._identities: list[Identity] = []

    def person(self, customer: Customer, *, occurred_at: datetime) -> Contact | None:
        """Who `resolve` would give, if it only looks up or adds; none who ever asked to be forgotten.

        Ask of each of the customers, in the order of the events. Whoever is new has no number before `save`.
        """
        email, number = self._names[id(customer)]
        contact = self._people.get(email)
        if customer.previous_email or (number in self._people and self._people[number] is not contact):
            return None
        if contact is not None and (contact.erased_at or contact.forgotten_at):
            return None
        if contact is None:
            contact = Contact(store_id=self._store_id, email_at=occurred_at)
            self._contacts.append(contact)
            self._add(contact, email)
        if number and number not in self._people:
            self._add(contact, number)
        return contact

    def save(self) -> None:
        """Store whoever is new."""
        if not self._identities:
            return
        Contact.objects.bulk_create(self._contacts)
        for identity in self._identities:
            identity.contact_id = identity.contact.pk
        insert_all(Identity, self._identities)

    def _add(self, contact: Contact, name: Name) -> None:
        self._people[name] = contact
        kind, digest = name
        self._identities.append(Identity(store_id=self._store_id, kind=kind, digest=digest, contact=contact))
