"""The answer of methods that only say whether it was done."""

from dataclasses import dataclass

from salesmanago.answers.answer import Answer
from salesmanago.answers.verdict import accepted
from salesmanago.redaction import Redaction


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """SALESmanago has done it. `notes` are remarks that came with the success, usually none."""

    http_status: int = 200
    notes: tuple[str, ...] = ()


def acknowledged(answer: Answer, redaction: Redaction) -> Acknowledged:
    """Raises `SalesmanagoError`."""
    said = accepted(answer, redaction)
    return Acknowledged(http_status=said.http_status, notes=said.notes)
