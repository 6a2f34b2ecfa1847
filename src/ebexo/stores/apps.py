from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Stores(AppConfig):
    name = "ebexo.stores"
    label = "ebexo_stores"
    verbose_name = _("Stores")
