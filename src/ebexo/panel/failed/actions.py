"""What an owner can do about a message that was not delivered."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ebexo.outbox.models import Message
from ebexo.outbox.states import State


@dataclass(frozen=True)
class Action:
    """A button. `name` is what the page of what was not delivered takes in `do`."""

    name: str
    label: str | Promise
    is_first: bool


ARRIVED = Action("arrived", _("It arrived"), is_first=True)
DID_NOT_ARRIVE = Action("again", _("It did not arrive: send it again"), is_first=False)
AGAIN = Action("again", _("Send again"), is_first=True)
GIVE_UP = Action("give-up", _("Give up"), is_first=False)


def is_open(message: Message) -> bool:
    """Does somebody have to say whether this message arrived?"""
    is_held = message.state == State.HELD and message.reason == "cannot_be_known"
    return is_held or (message.state == State.FAILED and message.in_doubt)


def actions_for(message: Message) -> tuple[Action, ...]:
    """The buttons of this message; none where nothing can be done, or another message has to be decided first."""
    can_be_sent = message.payload is not None
    if is_open(message):
        return (ARRIVED, DID_NOT_ARRIVE) if can_be_sent else (ARRIVED,)
    if message.state == State.FAILED:
        return (AGAIN, GIVE_UP) if can_be_sent else (GIVE_UP,)
    return ()
