"""The connection check: every step from the endpoint to a read, ticked or with its remedy."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from ebexo.connection.doctor import Examination, Step, examine
from ebexo.connection.sentences import Words
from ebexo.connection.sentences.checking import STEPS
from ebexo.panel.page import StorePage


@dataclass(frozen=True)
class Shown:
    step: Step
    label: Words


class ConnectionPage(StorePage):
    title = _("Connection check")
    template_name = "panel/connection.html"

    def get(self, request: HttpRequest) -> HttpResponse:  # noqa: ARG002  (Django's shape)
        return self.render(may_change=self.may_change, labels=list(STEPS.values()))

    def post(self, request: HttpRequest) -> HttpResponse:  # noqa: ARG002  (Django's shape)
        self.for_owners()
        examination = examine(self.store.account)
        return self.render(may_change=True, examination=examination, shown=_shown(examination))


def _shown(examination: Examination) -> list[Shown]:
    return [Shown(step, STEPS[step.name]) for step in examination.steps]
