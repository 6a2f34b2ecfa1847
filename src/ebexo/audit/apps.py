from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Audit(AppConfig):
    name = "ebexo.audit"
    label = "ebexo_audit"
    verbose_name = _("Audit log")
