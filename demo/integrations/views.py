from urllib.parse import quote

from django.conf import settings
from django.contrib.auth.decorators import user_passes_test
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse_lazy

PAGES = ("salesmanago", "zgody")


@user_passes_test(lambda user: user.is_staff, login_url=reverse_lazy("dashboard:login"))
def to_panel(request: HttpRequest, page: str) -> HttpResponse:  # noqa: ARG001  (Django's shape)
    """The page of the panel, which runs beside the shop and asks for a login of its own."""
    if page not in PAGES:
        raise Http404
    panel, ours = getattr(settings, "SHOP_PANEL", ""), getattr(settings, "EBEXO", {})
    return HttpResponseRedirect(f"{panel}/panel/{quote(ours['STORE'], safe='')}/{page}/")
