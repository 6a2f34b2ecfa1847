from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class History(AppConfig):
    name = "ebexo.history"
    label = "ebexo_history"
    verbose_name = _("History")
