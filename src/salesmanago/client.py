"""One method per call that is made to SALESmanago."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

import aiohttp

from salesmanago.answers.account import JobStatus, job_status, users
from salesmanago.answers.acknowledged import Acknowledged, acknowledged
from salesmanago.answers.answer import Answer
from salesmanago.answers.batch import (
    ContactsQueued,
    ContactsUpserted,
    EventsAdded,
    contacts_queued,
    contacts_upserted,
    events_added,
)
from salesmanago.answers.contact import (
    BasicContact,
    ContactUpserted,
    basic_contacts,
    contact_upserted,
    found_contact,
)
from salesmanago.answers.event import EventStored, event_stored
from salesmanago.answers.full_contact import FullContact, full_contacts
from salesmanago.calling import Caller
from salesmanago.limits import DEADLINE_SECONDS
from salesmanago.messages import asking
from salesmanago.messages.batch import contact_batch, event_batch
from salesmanago.messages.contact import ContactUpsert
from salesmanago.messages.event import AddEvent, ContactEvent
from salesmanago.messages.identity import addressee_named, contact_named, event_named
from salesmanago.redaction import Redaction
from salesmanago.signing import Credentials

T = TypeVar("T")


class Client:
    """Calls to one account. A method is one HTTP request, never repeated; a failure is a `SalesmanagoError`.

    `endpoint` is a URL from `normalise_endpoint`; which hosts are allowed is decided there. `deadline` is
    the wall-clock time in seconds that a whole call may take. `proxy` is the URL of an HTTP proxy; one that
    the environment names is never used. The session is the caller's, who closes it. A client holds no state
    between calls, so any number may be in flight. Arguments that no request can be made of are a mistake in
    the program: `ValueError`, and nothing is sent.
    """

    def __init__(
        self,
        endpoint: str,
        credentials: Credentials,
        *,
        session: aiohttp.ClientSession,
        deadline: float = DEADLINE_SECONDS,
        proxy: str | None = None,
    ) -> None:
        self._caller = Caller(endpoint, credentials, session=session, deadline=deadline, proxy=proxy)

    async def upsert_contact(self, contact: ContactUpsert) -> ContactUpserted:
        """Add the contact, or change the one with this e-mail; its id stays the same. May be repeated."""
        return await self._call("/api/contact/upsert", contact.to_wire(), contact_upserted)

    async def upsert_contacts(
        self, contacts: Sequence[ContactUpsert], *, fire_events: bool
    ) -> ContactsUpserted:
        """The same for 1 to 1000 contacts, each address once; the answer names the id of each. May be repeated.

        `fire_events` lets SALESmanago's rules and workflows start. It is documented for `queue_contacts` and
        sent here too, so that neither depends on a default.
        """
        fields = contact_batch(contacts, fire_events=fire_events)
        read = partial(contacts_upserted, sent=fields["upsertDetails"])
        return await self._call("/api/contact/batchupsert", fields, read)

    async def queue_contacts(self, contacts: Sequence[ContactUpsert], *, fire_events: bool) -> ContactsQueued:
        """Hand over 1 to 1000 contacts to be worked off later; see `job_status`. May be repeated."""
        fields = contact_batch(contacts, fire_events=fire_events)
        return await self._call("/api/contact/batchupsertv2", fields, contacts_queued)

    async def find_contact(self, email: str) -> str | None:
        """The id of the contact with this e-mail, None where there is none."""
        return await self._call("/api/contact/hasContact", asking.one_email(email), found_contact)

    async def basic_contacts(self, emails: Sequence[str]) -> tuple[BasicContact, ...]:
        """The contacts that SALESmanago has under these e-mails; an unknown one is simply missing.

        No limit is published for this list; `full_contacts` takes 50. Without e-mails nothing is asked.
        """
        return await self._list("/api/contact/basic", asking.by_emails(emails), basic_contacts)

    async def basic_contacts_by_id(self, contact_ids: Sequence[str]) -> tuple[BasicContact, ...]:
        """The contacts with these ids; an unknown one is simply missing. Without ids nothing is asked."""
        return await self._list("/api/contact/basicById", asking.by_ids(contact_ids), basic_contacts)

    async def full_contacts(self, emails: Sequence[str]) -> tuple[FullContact, ...]:
        """The contacts with these e-mails, at most 50, with their tags, details and events.

        The only way to see which events SALESmanago has. An answer grows with the events: where it is "too
        large", ask for fewer.
        """
        return await self._list("/api/contact/list", asking.full_by_emails(emails), full_contacts)

    async def full_contacts_by_id(self, contact_ids: Sequence[str]) -> tuple[FullContact, ...]:
        """The same for contacts that are known by their ids."""
        return await self._list("/api/contact/listById", asking.full_by_ids(contact_ids), full_contacts)

    async def delete_contact(self, email: str, *, permanently: bool = False) -> Acknowledged:
        """Remove the contact. Until it is removed permanently it is still monitored; any upsert revives it."""
        fields = {**asking.one_email(email), "permanently": permanently}
        return await self._call("/api/contact/delete", fields, acknowledged)

    async def opt_in(self, *, email: str | None = None, contact_id: str | None = None) -> Acknowledged:
        """Let the contact, named in exactly one way, be written to by e-mail. May be repeated."""
        named = contact_named(email=email, contact_id=contact_id)
        return await self._call("/api/contact/optin", named, acknowledged)

    async def opt_out(self, *, email: str | None = None, contact_id: str | None = None) -> Acknowledged:
        """No longer let the contact be written to by e-mail. May be repeated."""
        named = contact_named(email=email, contact_id=contact_id)
        return await self._call("/api/contact/optout", named, acknowledged)

    async def phone_opt_in(self, *, email: str | None = None, contact_id: str | None = None) -> Acknowledged:
        """Let the contact be reached by phone and text message. May be repeated."""
        named = contact_named(email=email, contact_id=contact_id)
        return await self._call("/api/contact/phoneoptin", named, acknowledged)

    async def phone_opt_out(self, *, email: str | None = None, contact_id: str | None = None) -> Acknowledged:
        """No longer let the contact be reached by phone and text message. May be repeated."""
        named = contact_named(email=email, contact_id=contact_id)
        return await self._call("/api/contact/phoneoptout", named, acknowledged)

    async def stop_monitoring(
        self, *, email: str | None = None, contact_id: str | None = None
    ) -> Acknowledged:
        """No longer record the contact's visits. May be repeated."""
        addressee = addressee_named(email=email, contact_id=contact_id)
        return await self._call("/api/contact/stopMonitoring", {"contacts": [addressee]}, acknowledged)

    async def add_event(self, event: AddEvent) -> EventStored:
        """Add an event to a contact. Never repeat it unseen: SALESmanago takes the same event twice.

        Where the outcome is unknown, look for it with `full_contacts` by its kind and external id.
        """
        return await self._call("/api/v2/contact/addContactExtEvent", event.to_wire(), event_stored)

    async def update_event(self, event_id: str, event: ContactEvent) -> EventStored:
        """Replace the event by `event`, which is told whole: what it leaves out is gone. May be repeated.

        An event that SALESmanago does not have is `Refused`, and not added.
        """
        named = event_named(event_id=event_id, external_id=None)
        fields = {"contactEvent": {**named, **event.to_wire()}}
        return await self._call("/api/v2/contact/updateContactExtEvent", fields, event_stored)

    async def delete_event(
        self, *, event_id: str | None = None, external_id: str | None = None
    ) -> Acknowledged:
        """Delete the event, named in exactly one way. May be repeated; then there may be nothing to delete."""
        named = event_named(event_id=event_id, external_id=external_id)
        return await self._call("/api/v2/contact/deleteContactExtEvent", named, acknowledged)

    async def add_events(self, events: Sequence[AddEvent]) -> EventsAdded:
        """Add 1 to 1000 events. Never repeat it unseen: SALESmanago takes the same events twice."""
        return await self._call("/api/v2/contact/addBatchContactExtEvent", event_batch(events), events_added)

    async def job_status(self, request_id: str) -> JobStatus:
        """How far a queued batch is. Ask every five seconds at most."""
        return await self._call("/api/job/status", asking.job(request_id), job_status)

    async def list_users(self) -> tuple[str, ...]:
        """The e-mails that may stand as `owner`. Shows whether endpoint, Client ID and secret are right.

        The owner itself stays out of the call, so that a wrong one does not hide the right ones.
        """
        answer, redaction = await self._caller.call("/api/user/listByClient", {}, names_owner=False)
        return users(answer, redaction)

    async def _call(self, path: str, fields: Mapping[str, Any], read: Callable[[Answer, Redaction], T]) -> T:
        answer, redaction = await self._caller.call(path, fields, names_owner=True)
        return read(answer, redaction)

    async def _list(
        self,
        path: str,
        fields: Mapping[str, Sequence[str]],
        read: Callable[[Answer, Redaction], tuple[T, ...]],
    ) -> tuple[T, ...]:
        return await self._call(path, fields, read) if all(fields.values()) else ()
