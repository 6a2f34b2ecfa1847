from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EbexoOscar(AppConfig):
    name = "ebexo_oscar"
    label = "ebexo_oscar"
    verbose_name = _("Ebexo for django-oscar")
    default_auto_field = "django.db.models.BigAutoField"
    oscar: Any

    def ready(self) -> None:
        from ebexo_oscar import checks, history, listening, listening_to_sales

        checks.register()
        history.register()
        listening.start()
        listening_to_sales.start()
