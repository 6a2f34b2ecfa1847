"""Everything the sandbox remembers."""

import uuid
from dataclasses import dataclass, field, replace
from typing import Literal

from salesmanago_sandbox.accounts import DEFAULT_ACCOUNT, Account
from salesmanago_sandbox.callback_urls import CallbackRecord, CallbackUrls
from salesmanago_sandbox.catalogs import Catalog, CatalogBook, Collection
from salesmanago_sandbox.contacts import Contact, ContactBook
from salesmanago_sandbox.events import EventBook, ExternalEvent
from salesmanago_sandbox.faults.box import FaultBox
from salesmanago_sandbox.jobs import Job, JobBook
from salesmanago_sandbox.journal import Entry, Journal
from salesmanago_sandbox.later import Later
from salesmanago_sandbox.pace import Pace
from salesmanago_sandbox.revisions import Revisions
from salesmanago_sandbox.switches import Switches
from salesmanago_sandbox.visits import Visit


@dataclass
class Remembered:
    """What outlives a restart. `detail_types` are client id, name of the detail, type."""

    format: Literal[1] = 1
    revision: int = 0
    accounts: list[Account] = field(default_factory=list)
    callback_urls: CallbackUrls = field(default_factory=CallbackUrls)
    switches: Switches = field(default_factory=Switches)
    contacts: list[Contact] = field(default_factory=list)
    events: list[ExternalEvent] = field(default_factory=list)
    requests: list[Entry] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    callbacks: list[CallbackRecord] = field(default_factory=list)
    detail_types: list[tuple[str, str, str]] = field(default_factory=list)
    catalogs: list[Catalog] = field(default_factory=list)
    collections: list[Collection] = field(default_factory=list)


class Sandbox:
    def __init__(self) -> None:
        self.later = Later()
        self.reset()

    def reset(self, *, keep_settings: bool = False) -> None:
        """Back to the beginning; with `keep_settings` accounts, callback addresses and switches stay."""
        self.later.forget()
        self.generation = str(uuid.uuid4())
        self.revisions = Revisions()
        self.journal = Journal(self.revisions)
        self.contacts = ContactBook(self.revisions)
        self.events = EventBook()
        self.catalogs = CatalogBook()
        self.jobs = JobBook()
        self.faults = FaultBox()
        self.pace = Pace()
        self.visits: list[Visit] = []
        self.callbacks: list[CallbackRecord] = []
        # An account remembers the type under which a detail was first used.
        self.detail_types: dict[tuple[str, str], str] = {}
        # A contact that is written later is promised its id at once.
        self.promised_ids: dict[tuple[str, str], str] = {}
        if not keep_settings:
            self.accounts: dict[str, Account] = {DEFAULT_ACCOUNT.client_id: DEFAULT_ACCOUNT}
            self.callback_urls = CallbackUrls()
            self.switches = Switches()
        self.contacts.case_matters = self.switches.email_case == "sensitive"

    def contact(self, email: str, *, client_id: str | None = None) -> Contact | None:
        """The contact with this address; the account's, or the first account's that has one."""
        for known in [client_id] if client_id else self.accounts:
            contact = self.contacts.by_email(known, email)
            if contact is not None:
                return contact
        return None

    def set_switches(self, switches: Switches) -> None:
        self.switches = switches
        self.contacts.case_matters = switches.email_case == "sensitive"
        self.changed()

    def erase(self, contact: Contact) -> None:
        """The contact and everything that hangs on it; the journal still shows the requests."""
        self.contacts.erase(contact)
        self.events.forget(contact.client_id, contact.contact_id)
        self.catalogs.forget_contact(contact.client_id, contact.contact_id)

    @property
    def mark(self) -> tuple[str, int]:
        """Another one after every change."""
        return self.generation, self.revisions.current

    def changed(self) -> None:
        """Call after a change of anything but contacts and requests, which tell by themselves."""
        self.revisions.next()

    def remembered(self) -> Remembered:
        return Remembered(
            revision=self.revisions.current,
            accounts=list(self.accounts.values()),
            callback_urls=self.callback_urls,
            switches=self.switches,
            contacts=list(self.contacts),
            events=list(self.events),
            requests=list(self.journal),
            jobs=list(self.jobs),
            visits=self.visits,
            callbacks=self.callbacks,
            detail_types=[(*known, kind) for known, kind in self.detail_types.items()],
            catalogs=self.catalogs.catalogs,
            collections=self.catalogs.collections,
        )

    def remember(self, remembered: Remembered) -> None:
        """Become what `remembered` says; what was known before is forgotten."""
        self.reset()
        self.revisions.current = remembered.revision
        self.accounts = {account.client_id: _with_key(account) for account in remembered.accounts}
        self.callback_urls = remembered.callback_urls
        self.set_switches(remembered.switches)
        self.contacts.restore(remembered.contacts)
        for event in remembered.events:
            self.events.add(event)
        self.journal.restore(remembered.requests)
        self.jobs.restore(remembered.jobs)
        self.visits = remembered.visits
        self.callbacks = remembered.callbacks
        self.detail_types = {(client_id, name): kind for client_id, name, kind in remembered.detail_types}
        self.catalogs.restore(catalogs=remembered.catalogs, collections=remembered.collections)


def _with_key(account: Account) -> Account:
    """A file that was written before there were keys has none for the default account."""
    is_keyless = account.client_id == DEFAULT_ACCOUNT.client_id and account.v3_key is None
    return replace(account, v3_key=DEFAULT_ACCOUNT.v3_key) if is_keyless else account
