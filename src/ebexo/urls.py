"""Addresses of `ebexo serve`."""

from django.urls import include, path
from django.views.generic import RedirectView

from ebexo.ingest.api import api
from ebexo.panel.site import panel

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("api/v1/", api.urls),
    path("callbacks/", include("ebexo.callbacks.urls")),
    path("panel/", panel.urls),
    path("i18n/", include("django.conf.urls.i18n")),
]
