"""The reasons of the gate in words for a merchant."""

from django.utils.translation import gettext_lazy as _

from ebexo.consents.gate import Reason

SENTENCES = {
    Reason.INACTIVE: _("The integration is switched off, so nothing is sent."),
    Reason.DRY_RUN: _("This is a dry run: everything is prepared and shown, and nothing is sent."),
    Reason.IGNORED_DOMAIN: _("The person's e-mail domain is on the list of ignored domains."),
    Reason.NO_CONSENT: _("The person has not given the consent that this integration asks for."),
    Reason.ERASED: _("The person asked to be forgotten and has not come back of their own accord since."),
    Reason.NEVER_SENT: _("The person was never sent to SALESmanago, so there is nothing to take back there."),
    Reason.ALREADY_OUT: _("SALESmanago has the person as opted out already, so there is nothing to tell."),
    Reason.UNKNOWN_VISITOR: _(
        "Nobody knows who this visitor is: they are not logged in, and SALESmanago knows no contact by their cookie."
    ),
    Reason.IMPORT_CANCELLED: _("The import that it belongs to was cancelled before its turn came."),
}
