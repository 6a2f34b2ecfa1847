"""What there is to know of a contact at SALESmanago. PURE: no Django, no database."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Status(StrEnum):
    """The e-mail channel of a contact, as last learnt or set."""

    OPT_IN = "opt_in"
    OPT_OUT = "opt_out"
    PENDING = "pending"


@dataclass(frozen=True)
class Known:
    """A contact as SALESmanago knows them.

    `status_at` is the latest moment at which the status may have been set; `told_at` the moment of the newest
    event told, `told_fields` the fields told so far; `sent` is whether a transfer of ours was acknowledged.
    """

    contact_id: str
    email: str
    status: Status
    status_at: datetime
    customer_id: str | None = None
    is_customer: bool = False
    told_at: datetime | None = None
    told_fields: tuple[str, ...] = ()
    sent: bool = False
