"""Opting in and out, and being monitored."""

from collections.abc import Callable

from salesmanago_sandbox.contacts import Contact
from salesmanago_sandbox.methods.finding import addressed, contact_named
from salesmanago_sandbox.methods.method import Call, Method
from salesmanago_sandbox.methods.opting import change_email_status, change_phone_status, send_confirmation
from salesmanago_sandbox.notes import Note
from salesmanago_sandbox.replies import Reply, success
from salesmanago_sandbox.statuses import Status

Change = Callable[[Call, Contact, Status], None]


def opting(change: Change, status: Status) -> Callable[[Call], Reply]:
    """Directly: no confirmation is asked for."""

    def carry_out(call: Call) -> Reply:
        contact = contact_named(call, call.body)
        change(call, contact, status)
        return _changed(call, contact)

    return carry_out


def monitoring(*, monitored: bool) -> Callable[[Call], Reply]:
    """Page views of a contact that is not monitored are not counted as its visits."""

    def carry_out(call: Call) -> Reply:
        for contact in addressed(call):
            if contact.monitored is not monitored:
                code = "monitoring_restored" if monitored else "monitoring_stopped"
                contact.history.append(Note(call.now, code))
            contact.monitored = monitored
            call.sandbox.contacts.changed(contact)
        return success()

    return carry_out


def send_confirmation_email(call: Call) -> Reply:
    """Asks the contact to confirm, unless it is opted in. The message comes by `templateId` or `lang`."""
    contact = contact_named(call, call.body)
    if contact.email_status is not Status.OPT_IN:
        message = {
            "doubleOptInEmailId": call.body.get("templateId"),
            "doubleOptInLanguage": call.body.get("lang"),
        }
        send_confirmation(call.about(message), contact)
        change_email_status(call, contact, Status.PENDING_DOI)
    return _changed(call, contact)


def _changed(call: Call, contact: Contact) -> Reply:
    contact.modified_on = call.now
    call.sandbox.contacts.changed(contact)
    return success(contactId=contact.contact_id)


# Other clients leave the owner out of these.
METHODS = (
    Method("contact/optin", opting(change_email_status, Status.OPT_IN), needs_owner=False),
    Method("contact/optout", opting(change_email_status, Status.OPT_OUT), needs_owner=False),
    Method("contact/phoneoptin", opting(change_phone_status, Status.OPT_IN), needs_owner=False),
    Method("contact/phoneoptout", opting(change_phone_status, Status.OPT_OUT), needs_owner=False),
    Method("contact/stopMonitoring", monitoring(monitored=False), needs_owner=False),
    Method("contact/restoreMonitoring", monitoring(monitored=True), needs_owner=False),
    Method("email/sendConfirmation", send_confirmation_email, needs_owner=False),
)
