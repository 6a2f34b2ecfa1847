"""Tags alone."""

from collections import Counter

from salesmanago_sandbox.contacts import Contact
from salesmanago_sandbox.methods.finding import contact_named
from salesmanago_sandbox.methods.method import Call, Method
from salesmanago_sandbox.methods.texts import text_in
from salesmanago_sandbox.notes import Note
from salesmanago_sandbox.refusals import RefusedError
from salesmanago_sandbox.replies import Reply, success


def add_tag(call: Call) -> Reply:
    contact, tag = _named(call)
    return _set(call, contact, list(dict.fromkeys([*contact.tags, tag])))


def delete_tag(call: Call) -> Reply:
    contact, tag = _named(call)
    return _set(call, contact, [known for known in contact.tags if known != tag])


def tags(call: Call) -> Reply:
    contacts = call.sandbox.contacts.of_account(call.account.client_id)
    counts = Counter(tag for contact in contacts for tag in contact.tags)
    return success(tags=[{"tag": tag, "numberOfTagged": count} for tag, count in counts.items()])


def _named(call: Call) -> tuple[Contact, str]:
    contact = contact_named(call, call.body)
    tag = text_in(call, call.body.get("tag"), field="tag")
    if not tag:
        raise RefusedError("No tag specified")
    return contact, tag.upper()


def _set(call: Call, contact: Contact, wanted: list[str]) -> Reply:
    if wanted != contact.tags:
        contact.history.append(Note(call.now, "changed", {"fields": "tags"}))
        contact.modified_on = call.now
    contact.tags = wanted
    call.sandbox.contacts.changed(contact)
    return success()


METHODS = (
    Method("contact/addTag", add_tag),
    Method("contact/deleteTag", delete_tag),
    Method("contact/tags", tags),
    Method("v2/contact/tags", tags),
)
