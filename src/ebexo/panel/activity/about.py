"""What a message is about, as far as that may be shown: a masked person and the number of an order."""

from dataclasses import dataclass

from pydantic import ValidationError

from ebexo.contacts.hashes import masked_email
from ebexo.events import StoreEvent
from ebexo.outbox.models import Message


@dataclass(frozen=True)
class About:
    """`person` is a masked e-mail; None where nothing is kept of them, or nobody knows who it is."""

    person: str | None
    order: str | None
    event: StoreEvent | None


def about(message: Message) -> About:
    """Read from what the message holds; what was dropped in time is not known any more."""
    event = _event(message.payload)
    if event is None:
        return About(message.person_masked, None, None)
    person = masked_email(event.email) if event.email else message.person_masked
    return About(person, event.order.number if event.order else None, event)


def _event(payload: str | None) -> StoreEvent | None:
    if not payload:
        return None
    try:
        return StoreEvent.model_validate_json(payload)
    except ValidationError:
        return None
