"""The frame of pages for somebody who is not logged in."""

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views import View
from django.views.decorators.cache import never_cache

if TYPE_CHECKING:
    from ebexo.panel.site import Panel


@method_decorator(never_cache, name="dispatch")
class OutsidePage(View):
    """A page in the frame of the login page."""

    site: "Panel" = None  # type: ignore[assignment]  # given to as_view
    gone: str | Promise  # what to do about a link that no longer works
    leads_to_login = False  # may whoever is here log in with a password?

    def render(
        self, title: str | Promise, template: str, *, status: HTTPStatus = HTTPStatus.OK, **context: Any
    ) -> HttpResponse:
        frame = self.site.each_context(self.request) | {"title": title}
        return TemplateResponse(self.request, template, frame | context, status=status)

    def render_gone(self) -> HttpResponse:
        """The link was used, is too old, or never was."""
        return self.render(
            _("This link no longer works"),
            "panel/link_gone.html",
            status=HTTPStatus.GONE,
            sentence=self.gone,
            leads_to_login=self.leads_to_login,
        )


def token_of(request: HttpRequest) -> str:
    """The token of a link that works once."""
    return request.GET.get("token", "")
