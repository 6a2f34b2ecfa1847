"""Product catalogs."""

import re
import uuid

from salesmanago_sandbox.catalogs import Catalog
from salesmanago_sandbox.replies import Reply
from salesmanago_sandbox.v3.fields import Fields
from salesmanago_sandbox.v3.finding import named_catalog
from salesmanago_sandbox.v3.method import Call, Method, accepted
from salesmanago_sandbox.v3.problems import ProblemsError, no_room, not_unique

MOST_CATALOGS = 10
LONGEST_NAME = 64
CURRENCY = re.compile("[A-Z]{3}")
# As for events: a product is found by an event only where both have the same location.
LOCATION = re.compile("[A-Za-z0-9/_.-]+")
LONGEST_LOCATION = 36


def catalog_list(call: Call) -> Reply:
    catalogs = call.sandbox.catalogs.of_account(call.account.client_id)
    listed = [catalog.listed() for catalog in catalogs]
    return accepted(call, catalogs=listed, limits={"max": MOST_CATALOGS})


def catalog_upsert(call: Call) -> Reply:
    """Without a `catalogId` a new catalog; with one, what is absent stays as it is."""
    fields = Fields(call.body, call=call, problems=[])
    known = named_catalog(call, fields) if call.body.get("catalogId") is not None else None
    is_new = known is None
    name = fields.text("name", limit=LONGEST_NAME, needed=is_new)
    currency = fields.matching("currency", CURRENCY, limit=3, needed=is_new)
    location = fields.matching("location", LOCATION, limit=LONGEST_LOCATION, needed=is_new)
    is_default = fields.flag("setAsDefault")
    _check_others(call, fields, known, name)
    if fields.problems:
        raise ProblemsError(fields.problems)
    catalog = known or Catalog(call.account.client_id, str(uuid.uuid4()), name="", currency="", location="")
    catalog.name = name or catalog.name
    catalog.currency = currency or catalog.currency
    catalog.location = location or catalog.location
    if is_default is not None:
        _set_default(call, catalog, is_default=is_default)
    call.sandbox.catalogs.add(catalog)
    call.sandbox.changed()
    return accepted(call, catalogId=catalog.catalog_id)


def catalog_delete(call: Call) -> Reply:
    """With its products and collections."""
    call.sandbox.catalogs.remove(named_catalog(call, Fields(call.body, call=call, problems=[])))
    call.sandbox.changed()
    return accepted(call)


def _check_others(call: Call, fields: Fields, known: Catalog | None, name: str | None) -> None:
    catalogs = call.sandbox.catalogs.of_account(call.account.client_id)
    if any(catalog.name == name and catalog is not known for catalog in catalogs):
        fields.problems.append(not_unique("name"))
    if known is None and len(catalogs) >= MOST_CATALOGS:
        fields.problems.append(no_room("catalogs", most=MOST_CATALOGS))


def _set_default(call: Call, catalog: Catalog, *, is_default: bool) -> None:
    """At most one catalog of an account is the default."""
    for other in call.sandbox.catalogs.of_account(call.account.client_id):
        other.is_default = other.is_default and not is_default
    catalog.is_default = is_default


METHODS = (
    Method("product/catalogList", catalog_list, verb="GET"),
    Method("product/catalogUpsert", catalog_upsert),
    Method("product/catalogDelete", catalog_delete),
)
