"""The opt-in and opt-out flags of a request."""

from salesmanago_sandbox.contacts import Confirmation, Contact
from salesmanago_sandbox.methods.method import Call
from salesmanago_sandbox.methods.texts import list_in, text_in
from salesmanago_sandbox.notes import Note
from salesmanago_sandbox.statuses import Status, Wish, moved


def apply_flags(call: Call, contact: Contact, *, is_new: bool) -> None:
    """Move both channels; a new contact without a flag gets the default status, which is worth a warning."""
    if call.body.get("internalIntegration") is True and not is_new:
        return  # The vendor's own export: it must not move the status of anybody who is there.
    double_opt_in = call.account.double_opt_in and call.body.get("useApiDoubleOptIn") is True
    email = _wish(call, "forceOptIn", "forceOptOut", double_opt_in=double_opt_in)
    if not email.opt_in and not email.opt_out:
        email = _wish_of_consents(call)
    if is_new and not email.opt_in and not email.opt_out:
        email = default_wish(call)
        call.warn("no_flag_in" if email.opt_in else "no_flag", email=contact.email)
    move = moved(contact.email_status, email)
    if move.sends_confirmation:
        send_confirmation(call, contact)
    change_email_status(call, contact, move.status)
    phone = _wish(call, "forcePhoneOptIn", "forcePhoneOptOut")
    change_phone_status(call, contact, moved(contact.phone_status, phone).status)


def default_wish(call: Call) -> Wish:
    opted_in = call.switches.default_status == "opt_in"
    return Wish(opt_in=opted_in, opt_out=not opted_in)


def change_email_status(call: Call, contact: Contact, status: Status) -> None:
    """A change made through the API; the shop is told only where the switches say so."""
    was_in = contact.email_status is Status.OPT_IN
    set_email_status(contact, status, at=call.now)
    if call.switches.api_change_callbacks:
        _tell(call, contact, was_in=was_in, is_in=status is Status.OPT_IN)


def change_phone_status(call: Call, contact: Contact, status: Status) -> None:
    if status is contact.phone_status:
        return
    contact.history.append(Note(call.now, "phone_status", {"old": contact.phone_status, "new": status}))
    contact.phone_status = status
    if call.switches.phone_callbacks:
        is_in = status is Status.OPT_IN
        _tell(call, contact, was_in=not is_in, is_in=is_in)


def set_email_status(contact: Contact, status: Status, *, at: int) -> None:
    if status is not contact.email_status:
        contact.history.append(Note(at, "email_status", {"old": contact.email_status, "new": status}))
    contact.email_status = status


def send_confirmation(call: Call, contact: Contact) -> None:
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


def _tell(call: Call, contact: Contact, *, was_in: bool, is_in: bool) -> None:
    if is_in and not was_in:
        call.shop.opted_in(contact)
    if was_in and not is_in:
        call.shop.opted_out(contact)


def _wish(call: Call, opt_in: str, opt_out: str, *, double_opt_in: bool = False) -> Wish:
    wish = Wish(
        opt_in=call.body.get(opt_in) is True,
        opt_out=call.body.get(opt_out) is True,
        double_opt_in=double_opt_in,
    )
    if not (wish.opt_in and wish.opt_out):
        return wish
    if call.switches.both_flags == "opt_in":
        call.warn("both_flags_in", first=opt_in, second=opt_out)
        return Wish(opt_in=True, opt_out=False, double_opt_in=double_opt_in)
    call.warn("both_flags", first=opt_in, second=opt_out)
    return Wish(opt_in=False, opt_out=True)


def _wish_of_consents(call: Call) -> Wish:
    """Withdrawing one consent outweighs giving another."""
    if not call.switches.consents_move_status:
        return Wish(opt_in=False, opt_out=False)
    consents = [item for item in list_in(call, "consentDetails") if isinstance(item, dict)]
    withdrawn = any(item.get("optOut") is True for item in consents)
    given = any(item.get("consentAccept") is True for item in consents)
    return Wish(opt_in=given and not withdrawn, opt_out=withdrawn)
