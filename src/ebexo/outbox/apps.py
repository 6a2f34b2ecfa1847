from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Outbox(AppConfig):
    name = "ebexo.outbox"
    label = "ebexo_outbox"
    verbose_name = _("Outbox")
