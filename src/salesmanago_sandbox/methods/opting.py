"""The opt-in and opt-out flags of a request."""

from salesmanago_sandbox.contacts import Confirmation, Contact
from salesmanago_sandbox.methods.method import Call
from salesmanago_sandbox.methods.texts import text_in
from salesmanago_sandbox.notes import Note
from salesmanago_sandbox.statuses import Status, Wish, moved


def apply_flags(call: Call, contact: Contact, *, is_new: bool) -> None:
    """Move both channels; a new contact without a flag stays opted out, which is worth a warning."""
    double_opt_in = call.account.double_opt_in and call.body.get("useApiDoubleOptIn") is True
    email = _wish(call, "forceOptIn", "forceOptOut", double_opt_in=double_opt_in)
    phone = _wish(call, "forcePhoneOptIn", "forcePhoneOptOut")
    if is_new and not email.opt_in and not email.opt_out:
        call.warn("no_flag", email=contact.email)
    move = moved(contact.email_status, email)
    if move.sends_confirmation:
        _send_confirmation(call, contact)
    set_email_status(contact, move.status, at=call.now)
    _set_phone_status(contact, moved(contact.phone_status, phone).status, at=call.now)


def set_email_status(contact: Contact, status: Status, *, at: int) -> None:
    if status is not contact.email_status:
        contact.history.append(Note(at, "email_status", {"old": contact.email_status, "new": status}))
    contact.email_status = status


def _set_phone_status(contact: Contact, status: Status, *, at: int) -> None:
    if status is not contact.phone_status:
        contact.history.append(Note(at, "phone_status", {"old": contact.phone_status, "new": status}))
    contact.phone_status = status


def _wish(call: Call, opt_in: str, opt_out: str, *, double_opt_in: bool = False) -> Wish:
    wish = Wish(
        opt_in=call.body.get(opt_in) is True,
        opt_out=call.body.get(opt_out) is True,
        double_opt_in=double_opt_in,
    )
    if wish.opt_in and wish.opt_out:
        call.warn("both_flags", first=opt_in, second=opt_out)
    return wish


def _send_confirmation(call: Call, contact: Contact) -> None:
    """Nobody gets an e-mail; the contact's page shows what would have been sent."""
    contact.confirmations.append(
        Confirmation(
            at=call.now,
            email=contact.email,
            email_id=text_in(call, call.body.get("doubleOptInEmailId"), field="doubleOptInEmailId"),
            language=text_in(call, call.body.get("doubleOptInLanguage"), field="doubleOptInLanguage"),
        )
    )
    contact.history.append(Note(call.now, "confirmation_sent", {"email": contact.email}))
