"""Everything the sandbox remembers, in memory only."""

import uuid

from salesmanago_sandbox.accounts import DEFAULT_ACCOUNT, Account
from salesmanago_sandbox.callback_urls import CallbackRecord, CallbackUrls
from salesmanago_sandbox.contacts import Contact, ContactBook
from salesmanago_sandbox.faults.box import FaultBox
from salesmanago_sandbox.journal import Journal
from salesmanago_sandbox.revisions import Revisions
from salesmanago_sandbox.visits import Visit


class Sandbox:
    def __init__(self) -> None:
        self.reset()

    def reset(self, *, keep_settings: bool = False) -> None:
        """Back to the beginning; with `keep_settings` accounts and callback addresses stay."""
        self.generation = str(uuid.uuid4())
        self.revisions = Revisions()
        self.journal = Journal(self.revisions)
        self.contacts = ContactBook(self.revisions)
        self.faults = FaultBox()
        self.visits: list[Visit] = []
        self.callbacks: list[CallbackRecord] = []
        # An account remembers the type under which a detail was first used.
        self.detail_types: dict[tuple[str, str], str] = {}
        if keep_settings:
            return
        self.accounts: dict[str, Account] = {DEFAULT_ACCOUNT.client_id: DEFAULT_ACCOUNT}
        self.callback_urls = CallbackUrls()

    def contact(self, email: str, *, client_id: str | None = None) -> Contact | None:
        """The contact with this address; the account's, or the first account's that has one."""
        for known in [client_id] if client_id else self.accounts:
            contact = self.contacts.by_email(known, email)
            if contact is not None:
                return contact
        return None
