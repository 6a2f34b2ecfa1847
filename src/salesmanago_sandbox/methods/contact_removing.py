"""Removing contacts. A removed one comes back with the next write, an erased one does not."""

from salesmanago_sandbox.contacts import Contact
from salesmanago_sandbox.methods.finding import addressed, contact_named
from salesmanago_sandbox.methods.method import Call, Method
from salesmanago_sandbox.notes import Note
from salesmanago_sandbox.replies import Reply, success


def delete(call: Call) -> Reply:
    _remove(call, contact_named(call, call.body))
    return success(result=None)


def batch_delete(call: Call) -> Reply:
    for contact in addressed(call):
        _remove(call, contact)
    return success(result=None)


def _remove(call: Call, contact: Contact) -> None:
    """Marked as removed; with `permanently` erased with its events."""
    if call.body.get("permanently") is True:
        call.sandbox.erase(contact)
        return
    if not contact.deleted:
        contact.history.append(Note(call.now, "removed"))
    contact.deleted = True
    contact.modified_on = call.now
    call.sandbox.contacts.changed(contact)


METHODS = (Method("contact/delete", delete), Method("contact/batchDelete", batch_delete))
