"""What the HTTP door says of a message's reason, in English."""

from django.utils.translation import override

from ebexo.consents.gate import Reason
from ebexo.consents.sentences import SENTENCES

DELIVERY = {
    "credentials_client_id": "SALESmanago does not know the Client ID; the merchant has to correct the settings.",
    "credentials_secret": "SALESmanago refuses the ApiSecret; the merchant has to correct the settings.",
    "credentials_owner": "SALESmanago knows no user with the owner's e-mail; the merchant has to correct the settings.",
    "credentials_account": "SALESmanago says that the account is not active.",
    "refused": "SALESmanago understood the request and refused it.",
    "throttled": "SALESmanago asked for fewer calls; the message is sent again.",
    "unavailable": "SALESmanago could not be reached; the message is sent again.",
    "outcome_unknown": "No readable answer came; the message is sent again, which does no harm.",
    "expired": "SALESmanago could not be reached for seven days.",
}


def reason_text(code: str) -> str:
    """A sentence for the reason code of a message."""
    if code in DELIVERY:
        return DELIVERY[code]
    with override("en"):
        return str(SENTENCES[Reason(code)])
