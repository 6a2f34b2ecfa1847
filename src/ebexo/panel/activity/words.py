"""What became of a message and why, in words for a merchant."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ebexo.connection.sentences.calls import OUTCOMES
from ebexo.connection.sentences.checking import CONNECTION
from ebexo.delivery.mapping.contact import BIRTH_DATE_UNUSABLE
from ebexo.delivery.telling.lookup import CONFIRMATION_MAY_BE_MISSING, NEVER_CONFIRMED
from ebexo.outbox.models import Message
from ebexo.outbox.states import State
from ebexo.panel.failed.words import WHY

Words = str | Promise

_WAITING: dict[str, Words] = {
    **{
        f"credentials_{problem}": CONNECTION[problem]
        for problem in ("client_id", "secret", "owner", "account")
    },
    "throttled": CONNECTION["throttled"],
    "unavailable": _("SALESmanago could not be reached. It is tried again until it succeeds."),
    "outcome_unknown": _(
        "No answer came that could be read. It is tried again; an order or a cart only after SALESmanago "
        "has been asked whether it arrived."
    ),
    "left_out": _(
        "SALESmanago took others that were sent together with it. It is sent once more, on its own."
    ),
    "batch_refused": _("SALESmanago refused it together with others. It is sent once more, with fewer."),
    "our_fault": _("Something went wrong on our side. It is tried again."),
}

_PLAIN: dict[State, Words] = {
    State.WAITING: _("It waits for its turn."),
    State.IN_FLIGHT: _("It is being sent right now."),
    State.DELIVERED: _("SALESmanago took it."),
    State.DISCARDED: _("Somebody decided here that it is not sent any more."),
}

NOTES: dict[str, Words] = {
    BIRTH_DATE_UNUSABLE: _("The birth date can't be right, so it was left out. Everything else was sent."),
    NEVER_CONFIRMED: _(
        "With confirmation by e-mail, SALESmanago never had this person's, so they were sent as opted out. As soon as "
        "they say yes themselves, they are asked to confirm."
    ),
    CONFIRMATION_MAY_BE_MISSING: _(
        "It stayed unknown whether SALESmanago sent the e-mail that asks for a confirmation. It is not asked for "
        "twice; SALESmanago can send it from the contact's card."
    ),
}
_UNKNOWN_CONSENT = _(
    "The shop told a decision on a consent that this store does not have. Add it under Configuration → Consents."
)
_UNITED = _("A later message of the same person carries what this one told.")


def in_short(message: Message) -> Words | None:
    """Why it was not delivered, or not yet; None where the state says it all."""
    if (message.reason or "").startswith("credentials_"):
        return OUTCOMES["credentials"].happened
    return None if message.state in _PLAIN and not message.reason else why(message)


def why(message: Message) -> Words:
    """What became of the message, and if it was not delivered, why and what to do."""
    state = State(message.state)
    if message.in_doubt and state in (State.HELD, State.FAILED):
        return WHY["order_held" if message.reason == "order_held" else "cannot_be_known"]
    if state in (State.WAITING, State.IN_FLIGHT):
        return _WAITING.get(message.reason or "", _PLAIN[state])
    if state in _PLAIN:
        return _PLAIN[state]
    return _UNITED if message.reason == "united" else WHY.get(message.reason or "", WHY["refused"])


def notes(message: Message) -> list[Words]:
    """What else is worth knowing of the message."""
    return [NOTES.get(note, _UNKNOWN_CONSENT) for note in message.notes]
