"""Everything that a merchant may read about a message, by its code, in both languages."""

from collections.abc import Iterable, Mapping

from django.utils.functional import Promise
from django.utils.translation import override

from ebexo.carts.steps import CartReason
from ebexo.connection.sentences.calls import OUTCOMES, VENDOR_ERRORS, Meaning
from ebexo.connection.sentences.checking import CONNECTION
from ebexo.connection.sentences.settings import FIELDS
from ebexo.consents.gate import Reason
from ebexo.history.sentences import OF_ROWS, STATES, VERDICTS
from ebexo.ingest.reasons import DELIVERY
from ebexo.orders.steps import OrderReason
from ebexo.outbox.models import Message
from ebexo.outbox.states import State
from ebexo.panel.activity.groups import BY_STATE
from ebexo.panel.activity.words import NOTES, why
from scripts.page_text import code, table

Words = str | Promise
LANGUAGES = {"English": "en", "Polish": "pl"}

HELD = ("cannot_be_known", OrderReason.HELD)
FAILED = ("refused", "expired", "poison")
WITHHELD = (*Reason, OrderReason.EXCEEDS)
SUPERSEDED = ("united", *CartReason, *(reason for reason in OrderReason if reason not in (*WITHHELD, *HELD)))
WAITING = tuple(reason for reason in DELIVERY if reason not in (*HELD, *FAILED, *SUPERSEDED))
BY_REASON = {
    State.WAITING: WAITING,
    State.HELD: HELD,
    State.FAILED: FAILED,
    State.WITHHELD: WITHHELD,
    State.SUPERSEDED: SUPERSEDED,
}
"""The codes that a message may have as its reason, by the state in which it has them."""


def states() -> str:
    rows = [[code(state), *_in_both(BY_STATE[state].one)] for state in State]
    return table(["Code", *LANGUAGES], rows)


def reasons() -> str:
    rows = [
        [code(reason), code(state), *_in_both(why(Message(state=state, reason=str(reason))))]
        for state, reasons in BY_REASON.items()
        for reason in reasons
    ]
    return table(["Code", "State", *LANGUAGES], rows)


def notes() -> str:
    return _sentences(NOTES)


def attempts() -> str:
    return _meanings({outcome or "": meaning for outcome, meaning in OUTCOMES.items()})


def answers() -> str:
    return _meanings(VENDOR_ERRORS)


def connection() -> str:
    return _sentences(CONNECTION)


def fields() -> str:
    return _sentences(FIELDS)


def imports() -> str:
    told: dict[str, Words] = {str(name): text for name, text in STATES.items()}
    told |= {str(name): text for name, text in VERDICTS.items()}
    return _sentences(told | OF_ROWS)


def _sentences(by_code: Mapping[str, Words] | Mapping[str, Promise]) -> str:
    return table(["Code", *LANGUAGES], [[code(name), *_in_both(text)] for name, text in by_code.items()])


def _meanings(by_code: Mapping[str, Meaning]) -> str:
    rows = [
        [code(name) if name else "null", *_in_both(meaning.happened, meaning.for_customers, meaning.to_do)]
        for name, meaning in by_code.items()
    ]
    return table(["Code", *LANGUAGES], rows)


def _in_both(*words: Words) -> Iterable[str]:
    for language in LANGUAGES.values():
        with override(language):
            yield " ".join(str(text) for text in words)
