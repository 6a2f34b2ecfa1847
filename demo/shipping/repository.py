from decimal import Decimal

from django.utils.translation import gettext_lazy as _
from oscar.apps.shipping import repository as oscar
from oscar.apps.shipping.methods import FixedPrice


class Courier(FixedPrice):  # type: ignore[misc]
    code = "inpost-courier"
    name = "Kurier InPost"
    description = _("Delivered to your door within two working days.")
    charge_excl_tax = charge_incl_tax = Decimal("14.99")


class Repository(oscar.Repository):  # type: ignore[misc]
    methods = (Courier(),)
