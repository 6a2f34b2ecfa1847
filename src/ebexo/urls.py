"""Addresses of `ebexo serve`."""

from django.urls import include, path
from django.views.generic import RedirectView

from ebexo.history import door as history
from ebexo.ingest.api import api
from ebexo.ingest.door.addresses import addresses
from ebexo.panel.site import panel
from ebexo.platform import routes as platform
from ebexo.reconciliation import routes as order_days

handler400 = "ebexo.ingest.door.addresses.bad_request"
handler404 = "ebexo.ingest.door.addresses.not_found"
handler500 = "ebexo.ingest.door.addresses.server_error"

# routers of the HTTP door from modules above it: api.add_router("/…", router, auth=…)

api.add_router("", history.router)
api.add_router("", platform.router)
api.add_router("", order_days.router)

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("api/v1/", addresses(api)),
    path("callbacks/", include("ebexo.callbacks.urls")),
    path("panel/", panel.urls),
    path("storefront/", include("ebexo.storefront.remote.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
]
