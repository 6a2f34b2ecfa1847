"""The first page after the login: the way to the store, or to one of several."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from ebexo.panel.access import stores_of
from ebexo.panel.page import Page
from ebexo.panel.two_factor.keeping import has_two_factor

STORES_A_PAGE = 50


class StoresPage(Page):
    """Leads to the only store; lists several; tells somebody without any whom to ask."""

    title = _("Stores")
    template_name = "panel/stores.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        stores = stores_of(self.user)
        several = list(stores[:2])
        if len(several) == 1:
            return redirect("admin:start", handle=several[0].handle)
        wanted = request.GET.get("name", "").strip()
        found = stores.filter(name__icontains=wanted) if wanted else stores
        page = Paginator(found, STORES_A_PAGE).get_page(request.GET.get("page"))
        unguarded = self.user.is_operator and not has_two_factor(self.user)
        return self.render(page=page, wanted=wanted, has_stores=bool(several), unguarded=unguarded)
