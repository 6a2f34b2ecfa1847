"""The states of a message as a merchant tells them apart."""

from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ebexo.outbox.states import LIVE_STATES, State

Words = str | Promise
Tone = Literal["good", "off", "bad", "open"]


@dataclass(frozen=True)
class Group:
    """States that are one to a merchant. `many` heads the list of them, `one` is what a message of them is called."""

    name: str  # as it stands in addresses
    states: tuple[State, ...]
    many: Words
    one: Words
    tone: Tone
    nothing: Words

    @property
    def is_live(self) -> bool:
        return self.states == LIVE_STATES


GROUPS = (
    Group(
        "waiting",
        LIVE_STATES,
        _("Waiting"),
        _("Waits"),
        "open",
        _("Nothing waits: everything that was to be sent has been sent."),
    ),
    Group(
        "delivered",
        (State.DELIVERED,),
        _("Delivered"),
        _("Delivered"),
        "good",
        _("Nothing has been delivered. If the shop is in use, run the connection check."),
    ),
    Group(
        "withheld",
        (State.WITHHELD,),
        _("Withheld"),
        _("Withheld"),
        "off",
        _("Nothing was withheld: nobody lacked a consent, and the integration was not switched off."),
    ),
    Group(
        "failed",
        (State.FAILED, State.HELD),
        _("Not delivered"),
        _("Not delivered"),
        "bad",
        _("Everything arrived. There is nothing to do."),
    ),
    Group(
        "needless",
        (State.SUPERSEDED,),
        _("Nothing new"),
        _("Nothing new"),
        "off",
        _("There was nothing that SALESmanago knew already."),
    ),
    Group(
        "given-up",
        (State.DISCARDED,),
        _("Given up"),
        _("Given up"),
        "off",
        _("No message was given up."),
    ),
)

BY_NAME = {group.name: group for group in GROUPS}
BY_STATE = {state: group for group in GROUPS for state in group.states}
