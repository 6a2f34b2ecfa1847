"""The start page of a store: does it work, and how much."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ebexo.panel.page import StorePage
from ebexo.panel.start.numbers import numbers_of
from ebexo.panel.state import state_of


class StartPage(StorePage):
    title = _("Start")
    template_name = "panel/start.html"

    def get(self, request: HttpRequest) -> HttpResponse:  # noqa: ARG002  (Django's shape)
        midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
        return self.render(
            state=state_of(self.store.account), numbers=numbers_of(self.store.pk, midnight=midnight)
        )
