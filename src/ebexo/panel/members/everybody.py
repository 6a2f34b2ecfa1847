"""Everybody with a login to this installation, for operators."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ebexo.panel.page import Page
from ebexo.panel.two_factor.keeping import reset
from ebexo.panel.users import people, rights_of

PEOPLE_A_PAGE = 50


class PeoplePage(Page):
    """Who they are, which stores they see, and a way out for whoever lost their phone and their recovery codes."""

    title = gettext_lazy("Users of the installation")
    template_name = "panel/members/everybody.html"

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not self.user.is_operator:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        wanted = request.GET.get("email", "").strip()
        found = people().select_related("two_factor").filter(email__icontains=wanted)
        page = Paginator(found, PEOPLE_A_PAGE).get_page(request.GET.get("page"))
        return self.render(page=page, wanted=wanted, rows=[(user, rights_of(user)) for user in page])

    def post(self, request: HttpRequest) -> HttpResponse:
        """Let somebody log in with the password alone."""
        number = request.POST.get("reset", "")
        if not (number.isascii() and number.isdecimal() and len(number) < 19):
            return redirect("admin:people")
        user = get_object_or_404(people(), pk=int(number))
        if reset(user):
            messages.success(
                request, _("%(email)s logs in with the password alone now.") % {"email": user.email}
            )
        return redirect("admin:people")
