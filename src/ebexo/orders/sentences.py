"""Why an event of an order is not sent, in words for a merchant."""

from django.utils.translation import gettext_lazy as _

from ebexo.orders.steps import OrderReason

SENTENCES = {
    OrderReason.ALREADY_TOLD: _("This step of the order had been told already, so it was not counted twice."),
    OrderReason.DOES_NOT_COUNT: _("By the settings an order counts as a purchase once it is paid."),
    OrderReason.NO_PURCHASE: _(
        "SALESmanago was never told of this order as a purchase, so there is nothing to take back."
    ),
    OrderReason.CANCELLED: _("The order had been cancelled."),
    OrderReason.RETURNED: _(
        "Something of this order had been returned already, so it can't be cancelled as a whole."
    ),
    OrderReason.EXCEEDS: _(
        "More would have been returned than was bought. Check the amount of this return in the shop."
    ),
    OrderReason.HELD: _(
        "It is not known whether SALESmanago has an earlier step of this order. Decide about that one first."
    ),
}
