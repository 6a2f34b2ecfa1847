"""A client for SALESmanago's API v2. It knows the protocol and nothing of stores; README.md shows its use."""

from salesmanago.answers import BasicContact, ContactUpserted
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
from salesmanago.messages import Address, ConsentDetail, ContactUpsert, DictionaryProperty, OptFlags
from salesmanago.session import open_session
from salesmanago.signing import Credentials, auth_block

__all__ = [
    "Address",
    "BadCredentials",
    "BadEndpoint",
    "BasicContact",
    "Client",
    "ConsentDetail",
    "ContactUpsert",
    "ContactUpserted",
    "Credentials",
    "DictionaryProperty",
    "Endpoint",
    "OptFlags",
    "OutcomeUnknown",
    "Refused",
    "SalesmanagoError",
    "Throttled",
    "Unavailable",
    "auth_block",
    "normalise_endpoint",
    "open_session",
]
