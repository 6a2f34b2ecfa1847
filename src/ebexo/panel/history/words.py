"""Words of the history pages for a merchant."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ebexo.history.models import ImportKind, Source
from ebexo.history.states import ImportState

KINDS: dict[str, str | Promise] = {
    ImportKind.CUSTOMERS: _("Customers"),
    ImportKind.ORDERS: _("Past orders"),
}
SOURCES: dict[str, str | Promise] = {
    Source.FILE: _("from a file"),
    Source.API: _("over the HTTP API"),
    Source.SHOP: _("from the connected shop"),
}
SHORT: dict[str, str | Promise] = {
    ImportState.RECEIVING: _("is being read"),
    ImportState.REHEARSING: _("rehearsal"),
    ImportState.REHEARSED: _("ready to start"),
    ImportState.RUNNING: _("is being sent"),
    ImportState.PAUSED: _("paused"),
    ImportState.CANCELLED: _("cancelled"),
    ImportState.DONE: _("done"),
    ImportState.FAILED: _("failed"),
}
NO_FILE = _("Choose a file.")
TOO_LARGE = _("The file is larger than 50 MB. Send it from the command line: ebexo import.")
NOT_POSSIBLE = _("Somebody else has changed this import meanwhile.")
WARNING_UNREAD = _("Tick that you have read the warning about automations, then start.")
