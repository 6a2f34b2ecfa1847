"""What the HTTP door says of a message's reason, in English."""

from django.utils.translation import override

from ebexo.reasons import SENTENCES

DELIVERY = {
    "credentials_client_id": "SALESmanago does not know the Client ID; the merchant has to correct the settings.",
    "credentials_secret": "SALESmanago refuses the ApiSecret; the merchant has to correct the settings.",
    "credentials_owner": "SALESmanago knows no user with the owner's e-mail; the merchant has to correct the settings.",
    "credentials_account": "SALESmanago says that the account is not active.",
    "refused": "SALESmanago understood the request and refused it.",
    "throttled": "SALESmanago asked for fewer calls; the message is sent again.",
    "unavailable": "SALESmanago could not be reached; the message is sent again.",
    "outcome_unknown": "No readable answer came; it is sent again, an event only after a look whether it is there.",
    "cannot_be_known": "It is not known whether SALESmanago has it; the merchant has to decide.",
    "left_out": "SALESmanago took others of the same call and not this one; it is sent once more, alone.",
    "batch_refused": "SALESmanago refused the call in which it was sent with others; it is sent in a smaller one.",
    "our_fault": "Something went wrong on our side; it is tried again.",
    "poison": "It could not be processed, however often it was tried. Please report it to whoever runs this service.",
    "united": "A later event of the same person carries what this one told.",
    "expired": "SALESmanago could not be reached for seven days.",
}


def reason_text(code: str) -> str:
    """A sentence for the reason code of a message."""
    if code in DELIVERY:
        return DELIVERY[code]
    with override("en"):
        return str(SENTENCES[code])
