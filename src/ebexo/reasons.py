"""Why an event was not sent, whichever room decided so, in words for a merchant."""

from django.utils.functional import Promise

from ebexo.carts.sentences import SENTENCES as OF_CARTS
from ebexo.carts.steps import CartReason
from ebexo.consents.gate import Reason
from ebexo.consents.sentences import SENTENCES as OF_PEOPLE
from ebexo.orders.sentences import SENTENCES as OF_ORDERS
from ebexo.orders.steps import OrderReason

SENTENCES: dict[str, Promise | str] = {
    **{reason.value: text for reason, text in OF_PEOPLE.items()},
    **{reason.value: text for reason, text in OF_CARTS.items()},
    **{reason.value: text for reason, text in OF_ORDERS.items()},
}
"""By the code that a message has as its reason."""

REASONS = (*Reason, *CartReason, *OrderReason)
