"""Finding what a request to API v3 names."""

from salesmanago_sandbox.catalogs import Catalog, Collection
from salesmanago_sandbox.v3.fields import Fields
from salesmanago_sandbox.v3.method import Call
from salesmanago_sandbox.v3.problems import ProblemsError, unknown_id

LONGEST_ID = 64
LONGEST_PRODUCT_ID = 32


def named_catalog(call: Call, fields: Fields) -> Catalog:
    """By `catalogId`. ProblemsError where none is named, or none known."""
    catalog_id = fields.text("catalogId", limit=LONGEST_ID, needed=True, cuts=False)
    if catalog_id is None:
        raise ProblemsError(fields.problems)
    catalog = call.sandbox.catalogs.by_id(call.account.client_id, catalog_id)
    if catalog is None:
        raise ProblemsError([unknown_id("catalogId")])
    return catalog


def named_collection(call: Call, fields: Fields) -> Collection:
    """By `collectionUUID`. ProblemsError where none is named, or none known."""
    collection_id = fields.text("collectionUUID", limit=LONGEST_ID, needed=True, cuts=False)
    if collection_id is None:
        raise ProblemsError(fields.problems)
    collection = call.sandbox.catalogs.collection(call.account.client_id, collection_id)
    if collection is None:
        raise ProblemsError([unknown_id("collectionUUID")])
    return collection


def contact_id_in(call: Call, fields: Fields) -> str | None:
    """The id of a contact that is there; a problem where it is not."""
    contact_id = fields.text("contactId", limit=LONGEST_ID, needed=True, cuts=False)
    if contact_id is None:
        return None
    if call.sandbox.contacts.by_id(call.account.client_id, contact_id) is None:
        fields.problems.append(unknown_id(fields.path("contactId")))
        return None
    return contact_id
