"""The states of an import, and why a row of it is not sent, in words for a merchant."""

from django.utils.functional import Promise
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _

from ebexo.history.reading import PROBLEMS
from ebexo.history.states import ImportState, RowVerdict, Verdict
from ebexo.reasons import SENTENCES as REASONS

STATES: dict[ImportState, str | Promise] = {
    ImportState.RECEIVING: _("It is being read."),
    ImportState.REHEARSING: _("It is being rehearsed: every row is judged, and nothing is sent."),
    ImportState.REHEARSED: _("It has been rehearsed and waits to be started. Nothing was sent."),
    ImportState.RUNNING: _("It is being sent."),
    ImportState.PAUSED: _("It is paused."),
    ImportState.CANCELLED: _("It was cancelled. What SALESmanago had by then stays there."),
    ImportState.DONE: _("It is done."),
    ImportState.FAILED: _(
        "It had to be given up because of a fault of ours. Run it again: only what is new is sent."
    ),
}

VERDICTS: dict[Verdict, str | Promise] = {
    Verdict.NEW: _("New"),
    Verdict.ALREADY_SENT: _("Already sent"),
    Verdict.WITHHELD: _("Withheld"),
    Verdict.INVALID: _("Not readable"),
    Verdict.DUPLICATE: _("Duplicate"),
}

OF_ROWS: dict[str, str | Promise] = {
    "consents_with_orders": _("Consents go with the file of customers. Import that one first."),
    "order_was_returned": _("The order was returned, so it is not told as a purchase."),
    "no_moment": _("The order has no date. Add a column with the date of the order."),
}
"""What only an import can find wrong, by code; the rest stands in `ebexo.history.reading` and `ebexo.reasons`."""


def reason_of(verdict: RowVerdict) -> str:
    """Why this row is not sent, as a sentence in the present language."""
    if verdict.verdict is Verdict.DUPLICATE:
        return translated("Row %(row)s of the same import is about the same.") % {"row": verdict.twin}
    if verdict.verdict is Verdict.ALREADY_SENT:
        return translated("SALESmanago was told of it before, so it is not sent again.")
    return text_of(verdict.code)


def text_of(code: str) -> str:
    """The sentence for the code of a withheld or of an invalid row."""
    known = {**{str(name): translated(text) for name, text in PROBLEMS.items()}, **REASONS, **OF_ROWS}
    return str(known.get(code, code))
