from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.utils.translation import gettext_lazy as _


class Panel(AppConfig):
    name = "ebexo.panel"
    label = "ebexo_panel"
    verbose_name = _("Panel")

    def ready(self) -> None:
        from ebexo.panel.language import note_language

        user_logged_in.connect(note_language, dispatch_uid="ebexo.panel.language")
