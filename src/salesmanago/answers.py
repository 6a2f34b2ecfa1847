"""Success and failure, read from the answer: SALESmanago sends most failures with HTTP 200."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn, TypedDict

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
from salesmanago.limits import RETRY_AFTER_SECONDS
from salesmanago.redaction import Redaction

_SECONDS = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")


_REFUSALS = (400, 413, 414, 422)
"""Statuses that turn down this one request, whoever answers with them."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back over HTTP."""

    status: int
    body: bytes = field(repr=False)
    retry_after: float | None = None
    broken: UnknownReason | None = None  # why the body is not whole; None if it is


@dataclass(frozen=True, slots=True)
class ContactUpserted:
    """SALESmanago has the contact. `notes` are remarks that came with the success, usually none."""

    contact_id: str
    external_id: str | None
    http_status: int = 200
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BasicContact:
    """A contact as SALESmanago has it. Moments are UNIX times in milliseconds."""

    contact_id: str
    email: str
    name: str | None
    state: str | None
    opted_out: bool
    opted_out_phone: bool
    deleted: bool
    invalid: bool
    external_id: str | None
    created_at: int | None
    modified_at: int | None


class _Particulars(TypedDict):
    http_status: int
    vendor_message: str | None
    retry_after: float | None


def contact_upserted(answer: Answer, *, redaction: Redaction) -> ContactUpserted:
    """The contact that was added or changed; raises `SalesmanagoError`."""
    fields = _accepted(answer, redaction)
    notes = tuple(note for text in _texts(fields) if (note := redaction.quotation(text)))
    contact_id = _text(fields.get("contactId"))
    if contact_id is None:
        raise OutcomeUnknown("no_contact_id", **_particulars(answer, _texts(fields), redaction))
    return ContactUpserted(
        contact_id=contact_id,
        external_id=_text(fields.get("externalId")),
        http_status=answer.status,
        notes=notes,
    )


def basic_contacts(answer: Answer, *, redaction: Redaction) -> tuple[BasicContact, ...]:
    """The contacts found; raises `SalesmanagoError`."""
    listed = _accepted(answer, redaction).get("contacts")
    if not isinstance(listed, list):
        _not_understood(answer)
    contacts = tuple(contact for item in listed if (contact := _basic_contact(item)))
    if len(contacts) < len(listed):
        _not_understood(answer)
    return contacts


def users(answer: Answer, *, redaction: Redaction) -> tuple[str, ...]:
    """The e-mails of the account's users, listed as texts or as objects; raises `SalesmanagoError`."""
    listed = _accepted(answer, redaction).get("users")
    if not isinstance(listed, list):
        _not_understood(answer)
    emails = (_text(item.get("email") if isinstance(item, dict) else item) for item in listed)
    return tuple(email for email in emails if email)


def retry_after_seconds(header: str | None, *, now: datetime) -> float | None:
    """The wait that a `Retry-After` asks for, by seconds or by a date: 0 to 3600, None if unreadable."""
    if header is None:
        return None
    text = header.strip()
    seconds = float(text) if _SECONDS.fullmatch(text) else _seconds_until(text, now)
    return None if seconds is None else min(max(seconds, 0.0), RETRY_AFTER_SECONDS)


def _seconds_until(date: str, now: datetime) -> float | None:
    try:
        at = parsedate_to_datetime(date)
    except (ValueError, OverflowError):
        return None
    return ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds()


def _accepted(answer: Answer, redaction: Redaction) -> Mapping[str, Any]:
    """The fields of an answer that says yes; raises what any other answer means."""
    # Raised here and not where the answer's words are at hand: a traceback may show variables, and a
    # careless server may have sent the whole request back.
    outcome = _judged(answer, redaction)
    if isinstance(outcome, SalesmanagoError):
        raise outcome
    return outcome


def _judged(answer: Answer, redaction: Redaction) -> Mapping[str, Any] | SalesmanagoError:
    fields, unreadable = _parsed(answer)
    arrived = 200 <= answer.status < 300
    if arrived and fields.get("success") is True:
        return fields
    texts = _texts(fields)
    particulars = _particulars(answer, texts or _page(answer), redaction)
    if not arrived:
        return _by_status(answer, texts, particulars)
    if unreadable:
        return OutcomeUnknown(unreadable, **particulars)
    if fields.get("success") is not False:
        return OutcomeUnknown("no_verdict", **particulars)
    return _turned_down(texts, particulars)


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


def _turned_down(texts: list[str], particulars: _Particulars) -> SalesmanagoError:
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


def _parsed(answer: Answer) -> tuple[Mapping[str, Any], UnknownReason | None]:
    """The body as an object, or an empty one and the reason."""
    if answer.broken:
        return {}, answer.broken
    if not answer.body.strip():
        return {}, "empty"
    try:
        content = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}, "not_json"
    return (content, None) if isinstance(content, dict) else ({}, "not_object")


def _texts(fields: Mapping[str, Any]) -> list[str]:
    """SALESmanago's remarks: normally a list, at times one text, and `values` names fields."""
    message = fields.get("message")
    texts = [message] if isinstance(message, str) else _strings(message)
    values = fields.get("values")
    if isinstance(values, dict):
        texts += [f"{name}: {text}" for name, about in values.items() for text in _strings(about)]
    return texts


def _page(answer: Answer) -> list[str]:
    """What a page says that is no answer of the API. A broken answer is not quoted: it may list people."""
    beginning = answer.body.lstrip()[:1]
    return [] if beginning in (b"{", b"[") else [answer.body.decode(errors="replace")]


def _strings(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _particulars(answer: Answer, texts: list[str], redaction: Redaction) -> _Particulars:
    return {
        "http_status": answer.status,
        "vendor_message": redaction.quotation("; ".join(texts)),
        "retry_after": answer.retry_after,
    }


def _not_understood(answer: Answer) -> NoReturn:
    raise OutcomeUnknown("unreadable", http_status=answer.status)


def _basic_contact(item: object) -> BasicContact | None:
    """None where the identity or a permission is missing: nobody is written to on a guess."""
    if not isinstance(item, dict):
        return None
    contact_id, email = _text(item.get("contactId")), _text(item.get("email"))
    opted_out, opted_out_phone = item.get("optedOut"), item.get("optedOutPhone")
    if (
        not contact_id
        or not email
        or not isinstance(opted_out, bool)
        or not isinstance(opted_out_phone, bool)
    ):
        return None
    return BasicContact(
        contact_id=contact_id,
        email=email,
        name=_text(item.get("name")),
        state=_text(item.get("state")),
        opted_out=opted_out,
        opted_out_phone=opted_out_phone,
        deleted=item.get("deleted") is True,
        invalid=item.get("invalid") is True,
        external_id=_text(item.get("externalId")),
        created_at=_milliseconds(item.get("createdOn")),
        modified_at=_milliseconds(item.get("modifiedOn")),
    )


def _text(value: object) -> str | None:
    """A text that can be stored anywhere, or None."""
    return value.strip() or None if isinstance(value, str) and value.isprintable() else None


def _milliseconds(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
