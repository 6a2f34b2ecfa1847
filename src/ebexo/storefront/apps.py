from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Storefront(AppConfig):
    """Monitoring code and `smclient` on the pages of a Django shop. No tables."""

    name = "ebexo.storefront"
    label = "ebexo_storefront"
    verbose_name = _("Storefront")
