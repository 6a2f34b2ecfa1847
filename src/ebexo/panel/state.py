"""Does the integration work? One line for the merchant, on the start page and above the settings."""

from dataclasses import dataclass, field
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ebexo.connection.sentences.checking import CONNECTION
from ebexo.outbox.models import Lane
from ebexo.stores.models import Account

Tone = Literal["good", "off", "bad"]


@dataclass(frozen=True)
class StateLine:
    """`headline` says what is; `sentence` what it means and what to do; `page` where that is done, by its name."""

    tone: Tone
    headline: str | Promise
    sentence: str | Promise
    page: str | None = field(default=None, compare=False)

    @property
    def way(self) -> str | Promise:
        """What the link to `page` says."""
        return WAYS[self.page or ""]


WAYS: dict[str, str | Promise] = {
    "": "",
    "salesmanago": _("To the SALESmanago settings"),
    "connection": _("To the connection check"),
}


NOT_SET_UP = StateLine("off", _("Not connected yet"), CONNECTION["incomplete"], "salesmanago")
OFF = StateLine(
    "off",
    _("The integration is switched off"),
    _(
        "Nothing is sent to SALESmanago. The connection itself works: switch on the integration to begin sending."
    ),
    "salesmanago",
)
STOPPED = StateLine(
    "off",
    _("Sending is paused"),
    _(
        "Whoever runs this service has paused the sending. Nothing is lost: what happens in the shop waits and is "
        "sent once they let it go on. Ask them when that will be."
    ),
)
DRY_RUN = StateLine(
    "off",
    _("Dry run"),
    _("The connection works. Everything is prepared and shown, and nothing is sent to SALESmanago."),
    "salesmanago",
)
STUMBLING = StateLine(
    "bad",
    _("SALESmanago does not take anything at the moment"),
    _(
        "There is nothing to do: what happens in the shop waits here, and sending is tried again and again "
        "until it succeeds."
    ),
    "connection",
)
WORKS = StateLine(
    "good",
    _("The integration works"),
    _("What happens in the shop is sent to SALESmanago."),
)

OF_SETTINGS = ("incomplete", "unchecked", "client_id", "secret", "owner", "dns", "tls", "not_salesmanago")
"""Problems that are put right in the settings; of the others the connection check tells more."""


def state_of(account: Account) -> StateLine:
    """The state of a store's integration: what keeps it from working first, and only then what is going on."""
    if not account.is_complete:
        return NOT_SET_UP
    lane = Lane.objects.filter(pk=account.pk).first()
    problem = (lane and lane.paused_reason) or account.check_problem
    if problem:
        page = "salesmanago" if problem in OF_SETTINGS else "connection"
        return StateLine("bad", _("Not connected"), CONNECTION[problem], page)
    if not account.active:
        return OFF
    if lane and lane.stopped_at:
        return STOPPED
    if lane and lane.failures:
        return STUMBLING
    return DRY_RUN if account.dry_run else WORKS
