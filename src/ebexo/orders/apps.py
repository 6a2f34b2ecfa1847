from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Orders(AppConfig):
    name = "ebexo.orders"
    label = "ebexo_orders"
    verbose_name = _("Orders")
