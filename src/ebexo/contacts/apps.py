from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Contacts(AppConfig):
    name = "ebexo.contacts"
    label = "ebexo_contacts"
    verbose_name = _("Contacts")
