from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Carts(AppConfig):
    name = "ebexo.carts"
    label = "ebexo_carts"
    verbose_name = _("Carts")
