"""Collections: products of one catalog that belong to contacts, such as a wish list."""

import uuid

from salesmanago_sandbox.catalogs import Collection
from salesmanago_sandbox.replies import Reply
from salesmanago_sandbox.v3.fields import Fields
from salesmanago_sandbox.v3.finding import (
    LONGEST_PRODUCT_ID,
    contact_id_in,
    named_catalog,
    named_collection,
)
from salesmanago_sandbox.v3.method import Call, Method, accepted
from salesmanago_sandbox.v3.problems import ProblemsError, no_room, not_unique

MOST_COLLECTIONS = 10
LONGEST_NAME = 64
MOST_ITEMS = 100


def add(call: Call) -> Reply:
    fields = Fields(call.body, call=call, problems=[])
    catalog = named_catalog(call, fields)
    name = fields.text("name", limit=LONGEST_NAME, needed=True)
    others = call.sandbox.catalogs.collections_of(call.account.client_id)
    if any(other.name == name for other in others):
        fields.problems.append(not_unique("name"))
    if len(others) >= MOST_COLLECTIONS:
        fields.problems.append(no_room("collections", most=MOST_COLLECTIONS))
    if fields.problems or name is None:
        raise ProblemsError(fields.problems)
    collection = Collection(catalog.client_id, str(uuid.uuid4()), catalog.catalog_id, name)
    call.sandbox.catalogs.add_collection(collection)
    call.sandbox.changed()
    return accepted(call, success=True, collectionUUID=collection.collection_id)


def delete(call: Call) -> Reply:
    call.sandbox.catalogs.remove_collection(_named(call))
    call.sandbox.changed()
    return accepted(call, success=True)


def listed(call: Call) -> Reply:
    collections = call.sandbox.catalogs.collections_of(call.account.client_id)
    known = [collection.listed() for collection in collections]
    return accepted(call, collections=known, limits={"max": MOST_COLLECTIONS})


def add_products(call: Call) -> Reply:
    """Whether the catalog has the products is not looked at: they may come later."""
    collection = _named(call)
    for contact_id, product_ids in _data(call):
        own = [*collection.products.get(contact_id, []), *product_ids]
        collection.products[contact_id] = list(dict.fromkeys(own))
    call.sandbox.changed()
    return accepted(call, success=True)


def delete_products(call: Call) -> Reply:
    collection = _named(call)
    for contact_id, product_ids in _data(call):
        own = collection.products.pop(contact_id, [])
        left = [known for known in own if known not in product_ids]
        if left:
            collection.products[contact_id] = left
    call.sandbox.changed()
    return accepted(call, success=True)


def contact_products(call: Call) -> Reply:
    """The ids of the contact's products."""
    collection = _named(call)
    fields = Fields(call.body, call=call, problems=[])
    contact_id = contact_id_in(call, fields)
    if contact_id is None:
        raise ProblemsError(fields.problems)
    return accepted(call, success=True, products=list(collection.products.get(contact_id, [])))


def _named(call: Call) -> Collection:
    return named_collection(call, Fields(call.body, call=call, problems=[]))


def _data(call: Call) -> list[tuple[str, list[str]]]:
    """Contact id and product ids of each item. ProblemsError where any of them is wrong."""
    fields = Fields(call.body, call=call, problems=[])
    items = fields.items("data", least=1, most=MOST_ITEMS, needed=True) or []
    found: list[tuple[str, list[str]]] = []
    for number, values in enumerate(items):
        item = Fields(values, call=call, problems=fields.problems, within=f"data[{number}]")
        contact_id = contact_id_in(call, item)
        product_ids = item.texts(
            "productIds", most=MOST_ITEMS, limit=LONGEST_PRODUCT_ID, needed=True, cuts=False
        )
        found.append((contact_id or "", product_ids or []))
    if fields.problems:
        raise ProblemsError(fields.problems)
    return found


METHODS = (
    Method("product/collection/add", add),
    Method("product/collection/delete", delete),
    Method("product/collection/list", listed, verb="GET"),
    Method("product/collection/products/add", add_products),
    Method("product/collection/products/delete", delete_products),
    Method("product/collection/contact/products", contact_products),
)
