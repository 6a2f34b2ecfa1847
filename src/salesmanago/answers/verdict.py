"""Success and failure, read from the answer: SALESmanago sends most failures with HTTP 200."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypedDict

from salesmanago.answers.answer import Answer
from salesmanago.answers.body import page_of, parsed, texts_of
from salesmanago.errors import (
    BadCredentials,
    CredentialsProblem,
    OutcomeUnknown,
    Refused,
    SalesmanagoError,
    Throttled,
    Unavailable,
    UnknownReason,
)
from salesmanago.redaction import Redaction

_REFUSALS = (400, 413, 414, 422)
"""Statuses that turn down this one request, whoever answers with them."""


class _Particulars(TypedDict):
    http_status: int
    vendor_message: str | None
    retry_after: float | None


@dataclass(frozen=True, slots=True)
class Accepted:
    """An answer that says yes. `notes` are remarks that came with it, usually none."""

    # Out of the repr, as a traceback may show variables, and these are people.
    fields: Mapping[str, Any] = field(repr=False)
    http_status: int
    notes: tuple[str, ...]

    def unknown(self, reason: UnknownReason) -> OutcomeUnknown:
        """The error for a yes whose content cannot be used."""
        words = "; ".join(self.notes) or None
        return OutcomeUnknown(reason, http_status=self.http_status, vendor_message=words)


def _never(_: Mapping[str, Any]) -> bool:
    return False


def accepted(
    answer: Answer, redaction: Redaction, *, detailed: Callable[[Mapping[str, Any]], bool] = _never
) -> Accepted:
    """The answer that says yes; raises what any other answer means.

    `detailed` tells whether the fields of a no still say what became of each item of a batch: then it counts
    as a yes, since a part may have been applied.
    """
    # Raised here and not where the answer's words are at hand: a traceback may show variables, and a
    # careless server may have sent the whole request back.
    outcome = _judged(answer, redaction, detailed)
    if isinstance(outcome, SalesmanagoError):
        raise outcome
    return outcome


def _judged(
    answer: Answer, redaction: Redaction, detailed: Callable[[Mapping[str, Any]], bool]
) -> Accepted | SalesmanagoError:
    fields, unreadable = parsed(answer)
    texts = texts_of(fields)
    arrived = 200 <= answer.status < 300
    if arrived and fields.get("success") is True:
        return _yes(answer, fields, texts, redaction)
    particulars = _particulars(answer, texts or page_of(answer), redaction)
    if not arrived:
        return _by_status(answer, texts, particulars)
    if unreadable:
        return OutcomeUnknown(unreadable, **particulars)
    if fields.get("success") is not False:
        return OutcomeUnknown("no_verdict", **particulars)
    no = _turned_down(texts, particulars)
    if isinstance(no, Refused) and detailed(fields):
        return _yes(answer, fields, texts, redaction)
    return no


def _yes(answer: Answer, fields: Mapping[str, Any], texts: list[str], redaction: Redaction) -> Accepted:
    notes = tuple(note for text in texts if (note := redaction.quotation(text)))
    return Accepted(fields=fields, http_status=answer.status, notes=notes)


def _by_status(answer: Answer, texts: list[str], particulars: _Particulars) -> SalesmanagoError:
    status = answer.status
    if status == 429 or (status == 503 and answer.retry_after is not None):
        return Throttled(**particulars)
    if status in (408, 500, 503):
        return Unavailable("status", **particulars)
    if 300 <= status < 400:
        return Unavailable("redirect", **particulars)
    if 400 <= status < 500 and not texts and status not in _REFUSALS:
        return Unavailable("status", **particulars)  # a firewall's or a wrong server's page, no verdict
    if 400 <= status < 500:
        return _turned_down(texts, particulars)
    # 502 and 504 come from a gateway that may have passed the request on; so do its unusual relatives.
    return OutcomeUnknown("status", **particulars)


def _turned_down(texts: list[str], particulars: _Particulars) -> BadCredentials | Refused:
    for text in texts:
        if problem := _credentials_problem(text.strip().lower()):
            return BadCredentials(problem, **particulars)
    return Refused(**particulars)


def _credentials_problem(text: str) -> CredentialsProblem | None:
    """What is wrong with the account, by the texts that SALESmanago is known to send."""
    if text.startswith("not authenticated"):
        return "owner" if "owner" in text else "account"
    if text.startswith("authorization failed") and "clientid" in text:
        return "client_id"
    if text.startswith(("user not authenticated", "authorization failed", "api key")):
        return "secret"
    return None


def _particulars(answer: Answer, texts: list[str], redaction: Redaction) -> _Particulars:
    return {
        "http_status": answer.status,
        "vendor_message": redaction.quotation("; ".join(texts)),
        "retry_after": answer.retry_after,
    }
