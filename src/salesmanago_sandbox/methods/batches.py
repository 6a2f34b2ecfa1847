"""What all batches have in common."""

from typing import Any

from salesmanago_sandbox.methods.method import Call
from salesmanago_sandbox.refusals import RefusedError


def items_in(call: Call, name: str) -> list[Any]:
    """RefusedError where there are none, or too many; the texts are ours."""
    items = call.body.get(name)
    if not isinstance(items, list) or not items:
        raise RefusedError(f"No {name} specified")
    limit = call.switches.batch_limit
    if len(items) > limit:
        raise RefusedError(f"Too many {name}: {len(items)}, at most {limit}")
    return items


def fails(call: Call, number: int, email: Any) -> bool:
    """Whether the ordered fault wants this item to fail: those about its address, or the first one."""
    if call.fault is None or call.fault.name != "batch_failed":
        return False
    if call.fault.email is None:
        return number == 0
    return isinstance(email, str) and email.lower() == call.fault.email.lower()


def refused_item(call: Call, number: int, refusal: RefusedError) -> None:
    call.warn("item_refused", number=str(number + 1), message=str(refusal))
