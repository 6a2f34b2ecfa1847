"""Tags that tell a marketer which trigger a contact came by."""

from ebexo.events import EventType
from ebexo.stores.models import Account

DEFAULT_TAGS = {
    EventType.CUSTOMER_REGISTERED: ("SHOP_REGISTRATION",),
    EventType.CUSTOMER_LOGGED_IN: ("SHOP_LOGIN",),
    EventType.CUSTOMER_UPDATED: ("SHOP_DATA_EDIT",),
    EventType.NEWSLETTER_SUBSCRIBED: ("SHOP_NEWSLETTER",),
}

TRIGGERS = {
    "registration": EventType.CUSTOMER_REGISTERED,
    "login": EventType.CUSTOMER_LOGGED_IN,
    "data_edit": EventType.CUSTOMER_UPDATED,
    "newsletter": EventType.NEWSLETTER_SUBSCRIBED,
}
"""What the settings call the triggers."""


def tags_of(account: Account) -> dict[str, tuple[str, ...]]:
    """The tags by event type: the store's own for a trigger it has set (none, if it has set none), else ours."""
    return {
        event_type: tuple(account.tags[trigger]) if trigger in account.tags else DEFAULT_TAGS[event_type]
        for trigger, event_type in TRIGGERS.items()
    }
