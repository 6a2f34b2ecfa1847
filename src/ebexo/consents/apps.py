from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Consents(AppConfig):
    name = "ebexo.consents"
    label = "ebexo_consents"
    verbose_name = _("Consents")
