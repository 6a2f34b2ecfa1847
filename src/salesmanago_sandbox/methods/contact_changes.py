"""Which contacts were created or changed within a span of time."""

from collections.abc import Callable
from typing import Any

from salesmanago_sandbox.contacts import Contact
from salesmanago_sandbox.json_text import JsonObject
from salesmanago_sandbox.methods.method import Call, Method
from salesmanago_sandbox.refusals import RefusedError
from salesmanago_sandbox.replies import Reply, success

LARGEST_PAGE = 1000


def created(call: Call) -> Reply:
    return success(createdContacts=_within(call, lambda contact: contact.created_on))


def modified(call: Call) -> Reply:
    return success(modifiedContacts=_within(call, lambda contact: contact.modified_on))


def modified_paged(call: Call) -> Reply:
    """Pages are counted from 1; whether SALESmanago does so is not known."""
    page = _whole(call.body.get("page"), least=1, problem="Invalid page")
    size = _whole(call.body.get("size"), least=1, problem="Invalid size")
    if size > LARGEST_PAGE:
        raise RefusedError(f"Invalid size: at most {LARGEST_PAGE}")
    found = _within(call, lambda contact: contact.modified_on)
    end = page * size
    return success(modifiedContacts=found[end - size : end], hasMore=len(found) > end)


def _within(call: Call, moment: Callable[[Contact], int]) -> list[JsonObject]:
    """Both ends belong to the span; oldest first."""
    start = _whole(call.body.get("from"), least=0, problem="Invalid date range")
    end = _whole(call.body.get("to"), least=start, problem="Invalid date range")
    contacts = sorted(call.sandbox.contacts.of_account(call.account.client_id), key=moment)
    found = [contact for contact in contacts if start <= moment(contact) <= end]
    return [{"id": contact.contact_id, "email": contact.email} for contact in found]


def _whole(value: Any, *, least: int, problem: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise RefusedError(problem)
    return value


METHODS = (
    Method("contact/createdContacts", created),
    Method("contact/modifiedContacts", modified),
    Method("contact/paginatedModifiedContacts", modified_paged),
)
