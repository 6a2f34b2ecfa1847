from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Panel(AppConfig):
    name = "ebexo.panel"
    label = "ebexo_panel"
    verbose_name = _("Panel")
