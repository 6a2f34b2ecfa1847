"""The users of the account, and its jobs."""

from dataclasses import dataclass

from salesmanago.answers.answer import Answer
from salesmanago.answers.body import texts_of
from salesmanago.answers.reading import read_text
from salesmanago.answers.verdict import accepted
from salesmanago.redaction import Redaction


@dataclass(frozen=True, slots=True)
class JobStatus:
    """How far a queued batch is. `progress` is what SALESmanago says of it until it is finished."""

    is_finished: bool
    progress: tuple[str, ...]
    file_url: str | None  # where a job has a file to show


def users(answer: Answer, redaction: Redaction) -> tuple[str, ...]:
    """The e-mails of the account's users, listed as texts or as objects; raises `SalesmanagoError`."""
    said = accepted(answer, redaction)
    emails = _emails(said.fields.get("users"))
    if emails is None:
        raise said.unknown("unreadable")
    return emails


def job_status(answer: Answer, redaction: Redaction) -> JobStatus:
    """A job is finished when nothing more is said of it; raises `SalesmanagoError`."""
    said = accepted(answer, redaction)
    return JobStatus(
        is_finished=not any(text.strip() for text in texts_of(said.fields)),
        progress=said.notes,
        file_url=read_text(said.fields.get("fileUrl")),
    )


def _emails(listed: object) -> tuple[str, ...] | None:
    if not isinstance(listed, list):
        return None
    emails = (read_text(item.get("email") if isinstance(item, dict) else item) for item in listed)
    return tuple(email for email in emails if email)
