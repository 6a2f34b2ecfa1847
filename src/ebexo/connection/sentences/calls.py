"""What one call to SALESmanago came to: by its outcome, and by SALESmanago's own words where they are known."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from ebexo.connection.sentences import Words


@dataclass(frozen=True)
class Meaning:
    """What one call to SALESmanago came to: what happened, what it means for customers, and what to do."""

    happened: Words
    for_customers: Words
    to_do: Words


_NOTHING_TO_DO = _("There is nothing to do.")
_ARRIVED = _("SALESmanago knows it.")
_GOES_ON = _("Nothing is lost: it waits and is sent as soon as SALESmanago takes it.")
_ALL_WAIT = _(
    "Nothing is lost: what happens in the shop waits, and all of it is sent once this has been put right."
)
_ONE_MISSING = _("This message did not arrive. Everything else goes on.")
_ALL_MISSING = _("This message did not arrive, and others will meet the same until this has been put right.")
_CHECK_ENDPOINT = _(
    "Check in the settings that the endpoint is the server of your account, and save. "
    "If the answer stays the same, tell whoever runs this service."
)
_ASK_SUPPORT = _("Ask SALESmanago's support, then send it again.")

OUTCOMES: dict[str | None, Meaning] = {
    None: Meaning(
        _("It is being sent right now."), _("SALESmanago has not answered yet."), _("Look again in a moment.")
    ),
    "delivered": Meaning(_("SALESmanago took it."), _ARRIVED, _NOTHING_TO_DO),
    "found": Meaning(
        _("An earlier answer had got lost. SALESmanago was asked, and it has it."), _ARRIVED, _NOTHING_TO_DO
    ),
    "interrupted": Meaning(
        _("Sending was interrupted before the answer came."),
        _(
            "It may have arrived. An order or a cart is not sent again before SALESmanago has been asked for it."
        ),
        _NOTHING_TO_DO,
    ),
    "unknown": Meaning(
        _("No answer came that could be read."),
        _(
            "It may have arrived. An order or a cart is not sent again before SALESmanago has been asked for it."
        ),
        _NOTHING_TO_DO,
    ),
    "cannot_be_known": Meaning(
        _("SALESmanago was asked whether it has it, and the answer did not tell."),
        _("It may have arrived. It is not sent again by itself, so that nothing is counted twice."),
        _("Look at the contact in SALESmanago, then say here whether it arrived."),
    ),
    "credentials": Meaning(
        _("SALESmanago turned the account away."),
        _ALL_WAIT,
        _("Run the connection check: it says which of the settings is wrong."),
    ),
    "refused": Meaning(
        _("SALESmanago understood it and refused it."),
        _ONE_MISSING,
        _("Read what SALESmanago answered, put it right in the shop, then send it again."),
    ),
    "throttled": Meaning(_("SALESmanago asked for fewer calls."), _GOES_ON, _NOTHING_TO_DO),
    "unavailable": Meaning(_("SALESmanago could not be reached."), _GOES_ON, _NOTHING_TO_DO),
    "asked": Meaning(_("SALESmanago was asked who this is."), _GOES_ON, _NOTHING_TO_DO),
    "identified": Meaning(
        _("SALESmanago was asked who this visitor is, and knew."), _GOES_ON, _NOTHING_TO_DO
    ),
    "unknown_visitor": Meaning(
        _("SALESmanago was asked who this visitor is, and did not know."),
        _("Their cart is not sent until they log in."),
        _NOTHING_TO_DO,
    ),
    "event_gone": Meaning(
        _("SALESmanago no longer has the cart that was to be changed."),
        _("The cart is sent as a new one."),
        _NOTHING_TO_DO,
    ),
    "not_sent": Meaning(
        _("The contact was sent first; the rest follows when its turn comes."), _GOES_ON, _NOTHING_TO_DO
    ),
    "left_out": Meaning(
        _("SALESmanago took others that were sent together with it, and not this one."),
        _("It is sent once more, on its own."),
        _NOTHING_TO_DO,
    ),
    "partly": Meaning(
        _("Several messages were sent together, and SALESmanago did not take all of them."),
        _("What it did not take is sent once more."),
        _NOTHING_TO_DO,
    ),
    "broke": Meaning(
        _("Something went wrong on our side."),
        _("It is tried again; if it keeps going wrong, it is listed under “Not delivered”."),
        _("If it happens again and again, tell whoever runs this service."),
    ),
}
"""By the outcome of an attempt."""

_TOKEN = Meaning(
    _("SALESmanago asked for a login token, which this integration does not use."),
    _ALL_MISSING,
    _CHECK_ENDPOINT,
)

VENDOR_ERRORS: dict[str, Meaning] = {
    "User not authenticated": Meaning(
        _("SALESmanago does not accept this Client ID together with this ApiSecret."),
        _ALL_WAIT,
        _(
            "Copy both once more from SALESmanago (Settings → Integration → API access) into the settings, and save."
        ),
    ),
    "Not authenticated": Meaning(
        _("SALESmanago says that the account is not active, or is blocked."),
        _ALL_WAIT,
        _("Ask SALESmanago's support what is the matter with the account."),
    ),
    "Not authenticated, not owner specified": Meaning(
        _("SALESmanago was not told to which of its users the contacts belong."),
        _ALL_WAIT,
        _("Enter the e-mail you log in to SALESmanago with in the settings, and save."),
    ),
    "Not authenticated, invalid owner": Meaning(
        _("The e-mail in the settings belongs to no user of this SALESmanago account."),
        _ALL_WAIT,
        _("Enter the e-mail of a user who exists in this account, and save."),
    ),
    "Api key not specified": Meaning(
        _("The signature of the call did not reach SALESmanago."), _ALL_WAIT, _CHECK_ENDPOINT
    ),
    "Token not specified": _TOKEN,
    "Authorization failed. Wrong Token": Meaning(
        _("SALESmanago refused a login token, though this integration sends none."),
        _ALL_WAIT,
        _CHECK_ENDPOINT,
    ),
    "Token refreshed failed": _TOKEN,
    "Authorization failed. Wrong clientId": Meaning(
        _("SALESmanago does not know this Client ID."),
        _ALL_WAIT,
        _(
            "Copy the Client ID once more from SALESmanago (Settings → Integration → API access), make sure that "
            "the endpoint belongs to the same account, and save."
        ),
    ),
    "Not authorized": Meaning(
        _("The SALESmanago account may not use this function."),
        _ALL_MISSING,
        _("Ask SALESmanago's support whether your plan includes API access, then send it again."),
    ),
    "Integration failed": Meaning(
        _("SALESmanago could not finish the integration of the account."), _ALL_MISSING, _ASK_SUPPORT
    ),
    "Invalid account": Meaning(_("SALESmanago considers the account invalid."), _ALL_MISSING, _ASK_SUPPORT),
    "Already registered": Meaning(
        _("SALESmanago says that this has been registered before."),
        _("SALESmanago knows it already, so nothing is missing there."),
        _("There is nothing to do. You can give this message up."),
    ),
    "Invalid confirmation email account": Meaning(
        _("The e-mail account from which SALESmanago is to send the confirmation is not valid."),
        _("The person gets no e-mail to confirm, and is not opted in."),
        _(
            "Choose another sender or another confirmation e-mail in SALESmanago, enter its id in the settings "
            "(advanced), then send it again."
        ),
    ),
    "No email specified": Meaning(
        _("SALESmanago found no e-mail address it could use."),
        _ONE_MISSING,
        _("Correct the customer's e-mail address in the shop, then send it again."),
    ),
    "User cannot be empty": Meaning(
        _("SALESmanago was not told which of its users makes the call."),
        _ALL_MISSING,
        _("Enter the e-mail you log in to SALESmanago with in the settings, save, then send it again."),
    ),
}
"""By the texts that SALESmanago is known to answer with."""


def meaning_of(outcome: str | None, answer: str | None) -> Meaning:
    """What a call came to: by SALESmanago's own words where they are known, else by its outcome."""
    words = (answer or "").casefold()
    longest_first = sorted(VENDOR_ERRORS, key=len, reverse=True)
    known = next((text for text in longest_first if text.casefold() in words), None)
    if known and outcome not in ("delivered", "found"):
        return VENDOR_ERRORS[known]
    return OUTCOMES.get(outcome, OUTCOMES["unknown"])
