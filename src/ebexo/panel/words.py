"""Words of the panel for what the store tells and what SALESmanago knows."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ebexo.contacts.knowledge import Status
from ebexo.events import EventType
from ebexo.standing import WITHDRAWN_BY

EVENTS: dict[str, str | Promise] = {
    EventType.CUSTOMER_REGISTERED: _("Registration"),
    EventType.CUSTOMER_LOGGED_IN: _("Login"),
    EventType.CUSTOMER_UPDATED: _("Change of data"),
    EventType.CUSTOMER_ERASED: _("Request to be forgotten"),
    EventType.NEWSLETTER_SUBSCRIBED: _("Newsletter sign-up"),
    EventType.NEWSLETTER_UNSUBSCRIBED: _("Newsletter sign-off"),
    EventType.CONSENT_CHANGED: _("Change of a consent"),
    EventType.CART_PRODUCT_ADDED: _("Product added to the cart"),
    EventType.CART_PRODUCT_REMOVED: _("Product removed from the cart"),
    EventType.ORDER_PLACED: _("Order placed"),
    EventType.ORDER_PAID: _("Order paid"),
    EventType.ORDER_CANCELLED: _("Order cancelled"),
    EventType.ORDER_RETURNED: _("Return"),
}

STATUS: dict[str, str | Promise] = {
    Status.OPT_IN: _("Opt-in"),
    Status.OPT_OUT: _("Opt-out"),
    Status.PENDING: _("Waiting for confirmation by e-mail"),
}

SOURCES: dict[str, str | Promise] = {
    "registration": _("Registration"),
    "newsletter": _("Newsletter"),
    "checkout": _("Checkout"),
    "profile": _("Profile"),
    "panel": _("Panel"),
    "api": "API",
    WITHDRAWN_BY: "SALESmanago",
}
"""Where a decision was made. A shop may name other places; they are shown as it names them."""
