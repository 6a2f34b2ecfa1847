"""What came back over HTTP."""

from dataclasses import dataclass, field

from salesmanago.errors import UnknownReason


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back over HTTP."""

    status: int
    body: bytes = field(repr=False)
    retry_after: float | None = None
    broken: UnknownReason | None = None  # why the body is not whole; None if it is
