"""Why a change of a cart had nothing of its own to tell, in words for a merchant."""

from django.utils.translation import gettext_lazy as _

from ebexo.carts.steps import CartReason

SENTENCES = {
    CartReason.CLOSED: _("The cart had become an order already, so this change was no longer of interest."),
    CartReason.OLDER: _("A later change of the same cart had been told already."),
    CartReason.UNCHANGED: _("The cart was the same as before, so there was nothing to tell."),
    CartReason.EMPTY: _("The cart was empty, and SALESmanago knew nothing of it."),
    CartReason.NEWER: _("The cart changed again before this was sent; the later change carries it."),
}
