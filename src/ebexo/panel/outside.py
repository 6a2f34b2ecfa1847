"""Pages for somebody who is not logged in: what the links that work once lead to."""

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.contrib.auth import login
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views import View
from django.views.decorators.cache import never_cache

from ebexo.panel.choosing import PasswordForm
from ebexo.panel.links import person_of_link, use_link
from ebexo.panel.models import Link

if TYPE_CHECKING:
    from ebexo.panel.site import Panel

PLATFORM_SESSION_SECONDS = 8 * 60 * 60
"""A working day. Whoever comes from a platform's menu comes back by it, so the login need not last."""


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


class EnterPage(OutsidePage):
    """The way in from a platform's menu: to the settings of one store, and to no other store."""

    http_method_names = ("get",)  # whoever only asks for the headers must not use the link up
    gone = _(
        "It opens the settings once, and only within a minute. Go back to the panel of your shop and open "
        "SALESmanago from its menu once more."
    )

    def get(self, request: HttpRequest) -> HttpResponse:
        user = use_link(_token(request), Link.Purpose.PANEL, now=timezone.now())
        if user is None or user.platform_store is None:
            return self.render_gone()
        login(request, user)
        request.session.set_expiry(PLATFORM_SESSION_SECONDS)
        return redirect("admin:salesmanago", handle=user.platform_store.handle)


class InvitationPage(OutsidePage):
    """Choosing a password. Whoever has chosen one is logged in, and the link leads nowhere any more."""

    http_method_names = ("get", "post")
    title = _("Choose a password")
    leads_to_login = True
    gone = _(
        "It works once, and for seven days. If you have chosen a password already, log in with it. "
        "Otherwise ask whoever sent you the link for a new one."
    )

    def get(self, request: HttpRequest) -> HttpResponse:
        user = person_of_link(_token(request), Link.Purpose.INVITATION, now=timezone.now())
        if user is None:
            return self.render_gone()
        return self.render(self.title, "panel/invitation.html", form=PasswordForm(user), person=user)

    def post(self, request: HttpRequest) -> HttpResponse:
        user = person_of_link(_token(request), Link.Purpose.INVITATION, now=timezone.now())
        if user is None:
            return self.render_gone()
        form = PasswordForm(user, request.POST)
        if not form.is_valid():
            return self.render(self.title, "panel/invitation.html", form=form, person=user)
        with transaction.atomic():
            if use_link(_token(request), Link.Purpose.INVITATION, now=timezone.now()) is None:
                return self.render_gone()
            form.save()
        login(request, user)
        return redirect("admin:index")


def _token(request: HttpRequest) -> str:
    return request.GET.get("token", "")
