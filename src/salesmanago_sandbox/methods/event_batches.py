"""Adding many external events in one call."""

from typing import Any

from salesmanago_sandbox.methods.batches import fails, items_in, refused_item
from salesmanago_sandbox.methods.event_writing import to_add
from salesmanago_sandbox.methods.finding import by_id, text
from salesmanago_sandbox.methods.method import Call, Method
from salesmanago_sandbox.refusals import RefusedError
from salesmanago_sandbox.replies import Reply, success


def add_batch(call: Call) -> Reply:
    """Counts, and the contacts of the events that failed. Which events failed is not told."""
    items = items_in(call, "events")
    failed = [item for number, item in enumerate(items) if not _added(call, number, item)]
    identifiers = dict.fromkeys(name for name in map(_identifier, failed) if name)
    return success(
        createdAmount=len(items) - len(failed), failedAmount=len(failed), failedContacts=list(identifiers)
    )


def _added(call: Call, number: int, item: Any) -> bool:
    body = {**item, "owner": call.body.get("owner")} if isinstance(item, dict) else {}
    try:
        if fails(call, number, _email(call, body)):
            raise RefusedError("Not processed")
        to_add(call.about(body))()
    except RefusedError as refusal:
        refused_item(call, number, refusal)
        return False
    return True


def _email(call: Call, body: dict[str, Any]) -> str:
    contact = by_id(call, text(body.get("contactId")))
    return contact.email if contact else text(body.get("email"))


def _identifier(item: Any) -> str:
    """As it was sent."""
    if not isinstance(item, dict):
        return ""
    return text(item.get("contactId")) or text(item.get("email"))


METHODS = (
    Method("contact/batchAddContactExtEvent", add_batch),
    Method("v2/contact/addBatchContactExtEvent", add_batch),
)
