"""Creating and changing many contacts in one call."""

from typing import Any

from salesmanago_sandbox.jobs import ItemResult, Job
from salesmanago_sandbox.json_text import JsonObject
from salesmanago_sandbox.methods.batches import fails, items_in, refused_item
from salesmanago_sandbox.methods.identity import identified
from salesmanago_sandbox.methods.method import Call, Method
from salesmanago_sandbox.methods.texts import refuse_long_texts
from salesmanago_sandbox.methods.writing import write_contact
from salesmanago_sandbox.refusals import RefusedError
from salesmanago_sandbox.replies import Reply, success

# What is said of the whole batch holds for each of its items.
FOR_ALL = ("owner", "internalIntegration")


def batch_upsert(call: Call) -> Reply:
    """At once; items that are refused have no contact id in the answer."""
    results = _written(call, items_in(call, "upsertDetails"))
    return success(contactIds={result.email: result.contact_id for result in results if result.contact_id})


def batch_upsert_v2(call: Call) -> Reply:
    """Promises only. What became of each item is known to the job."""
    items = items_in(call, "upsertDetails")
    job = call.sandbox.jobs.open(client_id=call.account.client_id, at=call.now)
    call.sandbox.later.do(call.switches.async_delay, lambda: _write_late(call.later(), job, items))
    call.sandbox.changed()
    return success(requestId=job.request_id)


def _write_late(call: Call, job: Job, items: list[Any]) -> None:
    job.results = _written(call, items)
    job.done = True
    call.sandbox.journal.changed(call.entry)


def _written(call: Call, items: list[Any]) -> list[ItemResult]:
    return [_write(call, number, item) for number, item in enumerate(items)]


def _write(call: Call, number: int, item: Any) -> ItemResult:
    body = _body(call, item)
    card = body.get("contact")
    email = card.get("email") if isinstance(card, dict) else None
    try:
        if fails(call, number, email):
            raise RefusedError("Not processed")
        single = call.about(body)
        identity = identified(single)
        refuse_long_texts(single)
        contact = write_contact(single, identity)
    except RefusedError as refusal:
        refused_item(call, number, refusal)
        return ItemResult(email if isinstance(email, str) else None, None, str(refusal))
    return ItemResult(email if isinstance(email, str) and email else contact.email, contact.contact_id, None)


def _body(call: Call, item: Any) -> JsonObject:
    """The item as if it came alone. Double opt-in is on unless the batch says otherwise."""
    own = item if isinstance(item, dict) else {}
    asked = call.body.get("useApiDoubleOptIn")
    return {
        "lang": call.body.get("lang"),
        **own,
        **{name: call.body.get(name) for name in FOR_ALL},
        "useApiDoubleOptIn": True if asked is None else asked,
    }


METHODS = (
    Method("contact/batchupsert", batch_upsert),
    Method("contact/batchupsertv2", batch_upsert_v2),
)
