"""Why a message is not sent any more, in words for a merchant, and what to do."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ebexo.reasons import SENTENCES

WHY: dict[str, str | Promise] = {
    **SENTENCES,
    "refused": _(
        "SALESmanago refused it. What SALESmanago said stands below; put it right in the shop, then send it again."
    ),
    "expired": _(
        "SALESmanago could not be reached for seven days. If the connection works again, send it once more."
    ),
    "poison": _(
        "It could not be processed, however often it was tried. "
        "Tell whoever runs this service before you send it again."
    ),
    "cannot_be_known": _(
        "The answer got lost on the way, and SALESmanago's list of events does not tell whether it arrived. "
        "Look at the contact in SALESmanago: if the event is there, say that it arrived; if not, send it again."
    ),
}
