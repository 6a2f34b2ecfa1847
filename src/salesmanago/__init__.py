"""A client for SALESmanago's API v2. It knows the protocol and nothing of stores; README.md shows its use."""

from salesmanago.answers.account import JobStatus
from salesmanago.answers.acknowledged import Acknowledged
from salesmanago.answers.batch import ContactsQueued, ContactsUpserted, EventsAdded
from salesmanago.answers.contact import BasicContact, ContactUpserted
from salesmanago.answers.event import EventStored
from salesmanago.answers.full_contact import FullContact
from salesmanago.answers.recorded_event import RecordedEvent
from salesmanago.client import Client
from salesmanago.endpoint import Endpoint, normalise_endpoint
from salesmanago.errors import (
    BadCredentials,
    BadEndpoint,
    OutcomeUnknown,
    Refused,
    SalesmanagoError,
    Throttled,
    Unavailable,
)
from salesmanago.messages.contact import ContactUpsert
from salesmanago.messages.details import Address, ConsentDetail, DictionaryProperty
from salesmanago.messages.event import AddEvent, ContactEvent, EventKind, is_location
from salesmanago.messages.flags import OptFlags
from salesmanago.messages.items import Item
from salesmanago.messages.joined import joined_whole
from salesmanago.session import open_session
from salesmanago.signing import Credentials, auth_block

__all__ = [
    "Acknowledged",
    "AddEvent",
    "Address",
    "BadCredentials",
    "BadEndpoint",
    "BasicContact",
    "Client",
    "ConsentDetail",
    "ContactEvent",
    "ContactUpsert",
    "ContactUpserted",
    "ContactsQueued",
    "ContactsUpserted",
    "Credentials",
    "DictionaryProperty",
    "Endpoint",
    "EventKind",
    "EventStored",
    "EventsAdded",
    "FullContact",
    "Item",
    "JobStatus",
    "OptFlags",
    "OutcomeUnknown",
    "RecordedEvent",
    "Refused",
    "SalesmanagoError",
    "Throttled",
    "Unavailable",
    "auth_block",
    "is_location",
    "joined_whole",
    "normalise_endpoint",
    "open_session",
]
