from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Reconciliation(AppConfig):
    name = "ebexo.reconciliation"
    label = "ebexo_reconciliation"
    verbose_name = _("Reconciliation")
