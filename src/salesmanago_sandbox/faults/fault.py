"""One ordered failure."""

import secrets
from dataclasses import dataclass

from salesmanago_sandbox.json_text import JsonObject

LATENCY = "latency"
CALLBACK_FAULTS = ("callback_twice", "callback_reordered")
# With these the request is turned away before anything is done; all others spoil only the answer.
TURNING_AWAY = (
    "status",
    "html",
    "retry_after",
    "reset_before",
    "refuse_email",
    "owner_inactive",
    "account_inactive",
    "redirect",
)
REQUEST_FAULTS = (
    *TURNING_AWAY,
    LATENCY,
    "hang",
    "drip",
    "empty",
    "bad_json",
    "reset_after",
    "message_string",
    "no_contact_id",
    "batch_failed",
    "big_body",
)
FAULTS = (*REQUEST_FAULTS, *CALLBACK_FAULTS)

DEFAULT_SECONDS = {LATENCY: 1.0, "hang": 60.0, "drip": 30.0, "retry_after": 5.0}
DEFAULT_STATUS = {"status": 500, "html": 502}
# Only these have items that can fail one by one.
BATCHES = ("/batchupsert", "/batchupsertv2", "/batchAddContactExtEvent", "/addBatchContactExtEvent")
NAMING_EMAIL = ("refuse_email", "batch_failed")
# API v3 knows no e-mail addresses and no owners, and its answers have no `message` and no `contactId`.
V2_ONLY = (
    "refuse_email",
    "owner_inactive",
    "account_inactive",
    "message_string",
    "no_contact_id",
    "batch_failed",
)
MAY_CHOOSE_APPLIED = ("hang", "drip")


@dataclass
class Fault:
    """`left` is None for a fault that strikes until it is cleared; `rate` is its chance to strike."""

    fault_id: int
    path: str
    name: str
    left: int | None
    rate: float
    seconds: float
    status: int
    email: str | None
    applied: bool

    @property
    def concerns_callbacks(self) -> bool:
        return self.name in CALLBACK_FAULTS

    def matches(self, *, path: str, emails: frozenset[str]) -> bool:
        if self.concerns_callbacks or self.path not in path:
            return False
        if self.name in V2_ONLY and path.startswith("/v3/"):
            return False
        if self.name == "batch_failed" and not path.endswith(BATCHES):
            return False
        return self.email is None or self.email.lower() in emails

    def strikes(self) -> bool:
        """Throws the dice and counts."""
        if self.left == 0 or secrets.randbelow(1_000_000) >= self.rate * 1_000_000:
            return False
        if self.left is not None:
            self.left -= 1
        return True

    def described(self) -> JsonObject:
        return {
            "id": self.fault_id,
            "path": self.path,
            "fault": self.name,
            "left": self.left,
            "rate": self.rate,
            "seconds": self.seconds,
            "status": self.status,
            "email": self.email,
            "applied": self.applied,
        }
