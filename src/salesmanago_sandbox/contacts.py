"""Contacts and how they are found again."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field

from salesmanago_sandbox.json_text import JsonObject
from salesmanago_sandbox.moments import iso
from salesmanago_sandbox.notes import Note
from salesmanago_sandbox.revisions import Revisions
from salesmanago_sandbox.statuses import Status

CARD_FIELDS = ("name", "phone", "fax", "company", "externalId")
ADDRESS_FIELDS = ("streetAddress", "zipCode", "city", "country")


@dataclass(frozen=True)
class Confirmation:
    """A confirmation e-mail that SALESmanago would have sent."""

    at: int
    email: str
    email_id: str | None
    language: str | None

    def described(self) -> JsonObject:
        return {
            "at": iso(self.at),
            "email": self.email,
            "doubleOptInEmailId": self.email_id,
            "doubleOptInLanguage": self.language,
        }


@dataclass
class Contact:
    """`card`, `address`, `dictionary` and `consents` are keyed by the names used on the wire."""

    client_id: str
    contact_id: str
    email: str
    created_on: int
    modified_on: int
    owner: str | None = None
    deleted: bool = False
    monitored: bool = True
    state: str = "PROSPECT"
    province: str | None = None
    lang: str | None = None
    card: dict[str, str] = field(default_factory=dict)
    address: dict[str, str] = field(default_factory=dict)
    birthday: tuple[str | None, str | None, str | None] = (None, None, None)
    last_visit: int | None = None
    tags: list[str] = field(default_factory=list)
    properties: dict[str, str] = field(default_factory=dict)
    dictionary: dict[str, JsonObject] = field(default_factory=dict)
    consents: dict[str, JsonObject] = field(default_factory=dict)
    email_status: Status = Status.OPT_OUT
    phone_status: Status = Status.OPT_OUT
    confirmations: list[Confirmation] = field(default_factory=list)
    history: list[Note] = field(default_factory=list)
    revision: int = 0

    def basic(self) -> JsonObject:
        """The contact as `contact/basic` answers it."""
        year, month, day = self.birthday
        return {
            "contactId": self.contact_id,
            "email": self.email,
            **{name: self.card.get(name) for name in CARD_FIELDS},
            "score": 0,
            "state": self.state,
            "optedOut": self.email_status is not Status.OPT_IN,
            "optedOutPhone": self.phone_status is not Status.OPT_IN,
            "deleted": self.deleted,
            "invalid": False,
            "address": {name: self.address.get(name) for name in ADDRESS_FIELDS},
            "birthdayYear": year,
            "birthdayMonth": month,
            "birthdayDay": day,
            "modifiedOn": self.modified_on,
            "createdOn": self.created_on,
            "lastVisit": self.last_visit,
        }

    def details(self) -> JsonObject:
        """What `basic` leaves out and a request may change."""
        return {
            "province": self.province,
            "lang": self.lang,
            "tags": list(self.tags),
            "properties": dict(self.properties),
            "dictionaryProperties": list(self.dictionary.values()),
            "consents": list(self.consents.values()),
        }

    def described(self) -> JsonObject:
        """The contact as the backstage shows it."""
        return {
            **self.basic(),
            **self.details(),
            "email_status": self.email_status,
            "phone_status": self.phone_status,
            "confirmations": [confirmation.described() for confirmation in self.confirmations],
            "history": [note.described() for note in self.history],
        }


class ContactBook:
    """All contacts of all accounts. E-mail addresses are found in any case, unless `case_matters`."""

    def __init__(self, revisions: Revisions) -> None:
        self.case_matters = False
        self._revisions = revisions
        self._by_id: dict[tuple[str, str], Contact] = {}
        # By address in lower case, then as written.
        self._by_email: dict[tuple[str, str], dict[str, Contact]] = {}
        self._by_change: OrderedDict[int, Contact] = OrderedDict()
        self._erased: list[tuple[int, str]] = []

    def add(self, contact: Contact) -> None:
        self._index(contact)
        self.changed(contact)

    def by_email(self, client_id: str, email: str) -> Contact | None:
        alike = self._by_email.get((client_id, email.lower()), {})
        if self.case_matters:
            return alike.get(email)
        return next(iter(alike.values()), None)

    def by_id(self, client_id: str, contact_id: str) -> Contact | None:
        return self._by_id.get((client_id, contact_id))

    def of_account(self, client_id: str) -> list[Contact]:
        return [contact for contact in self if contact.client_id == client_id]

    def rename(self, contact: Contact, email: str) -> None:
        """The old address is forgotten; the contact id stays."""
        self._forget_address(contact)
        contact.email = email
        self._index(contact)

    def erase(self, contact: Contact) -> None:
        self._forget_address(contact)
        del self._by_id[contact.client_id, contact.contact_id]
        self._by_change.pop(contact.revision, None)
        self._erased.append((self._revisions.next(), contact.contact_id))

    def erased_after(self, revision: int) -> list[str]:
        """Contact ids."""
        return [contact_id for at, contact_id in self._erased if at > revision]

    def changed(self, contact: Contact) -> None:
        """Call after every change: the page learns of it by the contact's revision."""
        if self.by_id(contact.client_id, contact.contact_id) is not contact:
            return  # It was erased while a callback about it was on its way.
        self._by_change.pop(contact.revision, None)
        contact.revision = self._revisions.next()
        self._by_change[contact.revision] = contact

    def restore(self, contacts: list[Contact]) -> None:
        """Contacts with the revisions they had, first created first."""
        for contact in contacts:
            self._index(contact)
        for contact in sorted(contacts, key=lambda known: known.revision):
            self._by_change[contact.revision] = contact

    def latest(self) -> Iterator[Contact]:
        """Last changed first."""
        return iter(reversed(self._by_change.values()))

    def __iter__(self) -> Iterator[Contact]:
        """First created first."""
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def _index(self, contact: Contact) -> None:
        self._by_id[contact.client_id, contact.contact_id] = contact
        self._by_email.setdefault((contact.client_id, contact.email.lower()), {})[contact.email] = contact

    def _forget_address(self, contact: Contact) -> None:
        del self._by_email[contact.client_id, contact.email.lower()][contact.email]
