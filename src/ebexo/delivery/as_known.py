"""A contact as SALESmanago shows it, in our words."""

from datetime import UTC, datetime

from ebexo.contacts.knowledge import Known, Status
from salesmanago import BasicContact


def as_known(contact: BasicContact, *, now: datetime) -> Known:
    """The status was set at the latest when the contact was last modified; without that moment, only just now."""
    return Known(
        contact_id=contact.contact_id,
        email=contact.email.lower(),
        status=Status.OPT_OUT if contact.opted_out else Status.OPT_IN,
        status_at=_moment(contact.modified_at) or now,
        is_customer=contact.state == "CUSTOMER",
    )


def _moment(milliseconds: int | None) -> datetime | None:
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC) if milliseconds else None
    except (ValueError, OverflowError, OSError):  # a number that is no moment
        return None
